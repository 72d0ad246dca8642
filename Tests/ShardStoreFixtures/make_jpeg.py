"""Prints the base64 text of the 16 x 16 JPEG in SyntheticVideos.swift. Needs the package pillow."""
import base64
import io

from PIL import Image

image = Image.new("RGB", (16, 16))
for x in range(16):
    for y in range(16):
        image.putpixel((x, y), (x * 16, y * 16, 128))
file = io.BytesIO()
image.save(file, "JPEG", quality=40, subsampling=0, optimize=True)
print(base64.b64encode(file.getvalue()).decode())
