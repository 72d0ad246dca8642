"""Compares a store's documents with their own checksums, with other libraries than ours:
python3 check_store.py STORE (package lmdb).

Prints each document's name and whether it is intact. docs/store.md shows the function.
"""

import glob, sys
import lmdb
import re, zlib

def is_intact(document: bytes, name: bytes = b"") -> bool:
    match = re.fullmatch(rb'(.*),\s*"ownCRC32"\s*:\s*(\d+)\s*}\s*', document, re.S)
    return bool(match) and zlib.crc32(name + match[1]) == int(match[2])

for path in sorted(glob.glob(sys.argv[1] + "/*.json")):
    print(path.rsplit("/", 1)[1], is_intact(open(path, "rb").read()))
for path in sorted(glob.glob(sys.argv[1] + "/shard-*.mdb")):
    shard = lmdb.open(path, subdir=False, readonly=True, lock=False, max_dbs=4)
    videos, own = (shard.open_db(name, create=False) for name in (b"videos", b"shard"))
    with shard.begin() as transaction:
        print(path.rsplit("/", 1)[1], is_intact(transaction.get(b"state", db=own)))
        for name, record in transaction.cursor(videos):
            print(name.decode(), is_intact(record, name))
