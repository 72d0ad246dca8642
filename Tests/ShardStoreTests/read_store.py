"""Reads a store as any other tool would: python3 read_store.py STORE (packages lmdb and pillow).

Prints key, label, width, height and whether the checksum fits, one line per sample. docs/store.md
shows the code below.
"""

import glob, io, json, sys, zlib
import lmdb
from PIL import Image

for path in sorted(glob.glob(sys.argv[1] + "/shard-*.mdb")):
    shard = lmdb.open(path, subdir=False, readonly=True, lock=False, max_dbs=3)
    images, samples = (shard.open_db(name, create=False) for name in (b"images", b"samples"))
    with shard.begin() as transaction:
        for key, record in transaction.cursor(samples):
            sample, file = json.loads(record), transaction.get(key, db=images)
            size = Image.open(io.BytesIO(file)).convert("RGB").size
            print(key.decode(), sample["label"], *size, zlib.crc32(file) == sample["crc32"], sep="\t")
