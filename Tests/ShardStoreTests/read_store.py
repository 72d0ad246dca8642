"""Reads a store as any other tool would: python3 read_store.py STORE (packages lmdb and pillow).

Prints key, label, width, height and whether the checksum fits, one line per sample.
"""
import glob
import io
import json
import sys
import zlib

import lmdb
from PIL import Image

for path in sorted(glob.glob(sys.argv[1] + "/shard-*.mdb")):
    shard = lmdb.open(path, subdir=False, readonly=True, lock=False, max_dbs=3)
    images = shard.open_db(b"images", create=False)
    samples = shard.open_db(b"samples", create=False)
    with shard.begin() as transaction:
        for key, record in transaction.cursor(samples):
            sample = json.loads(record)
            file = transaction.get(key, db=images)
            image = Image.open(io.BytesIO(file)).convert("RGB")
            fits = zlib.crc32(file) == sample["crc32"]
            print(key.decode(), sample["label"], *image.size, fits, sep="\t")
