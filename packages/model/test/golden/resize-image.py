"""Writes resize-image.json and resize-image.bin: images resized by PIL, and converted to grey.

The .bin holds the bytes of all images one after the other: for each record the input, then the output.
Run: python3 resize-image.py (made with Pillow 9.4.0 and NumPy 1.24.2)
"""

import json
import pathlib

import numpy as np
from PIL import Image

random = np.random.RandomState(1)
blob = bytearray()
records = []


def record(source, size, mode):
    image = Image.fromarray(source)
    converted = image if mode == "RGB" else image.convert("L")
    resized = converted.resize(size, Image.BILINEAR)
    blob.extend(source.tobytes())
    blob.extend(resized.tobytes())
    records.append({"from": [image.width, image.height], "to": list(size), "mode": mode})


def noise(width, height):
    return random.randint(0, 256, (height, width, 3)).astype(np.uint8)


def extremes(width, height):
    return (random.randint(0, 2, (height, width, 3)) * 255).astype(np.uint8)


for size in ((1, 1), (5, 3), (1, 7)):
    record(noise(1, 1), size, "RGB")
    record(noise(7, 5), size, "RGB")
record(noise(13, 17), (7, 5), "RGB")
record(noise(13, 17), (31, 29), "RGB")
record(noise(13, 17), (13, 29), "RGB")
record(noise(13, 17), (5, 17), "RGB")
record(noise(13, 17), (13, 17), "RGB")
record(extremes(23, 19), (11, 37), "RGB")
record(extremes(64, 64), (7, 7), "RGB")
record(np.full((9, 9, 3), 255, np.uint8), (4, 20), "RGB")
# Extreme ratios: filters so long that the rounding of their weights shows.
record(noise(2003, 2), (1, 3), "RGB")
record(np.full((1, 4999, 3), 255, np.uint8), (3, 1), "RGB")
record(noise(2, 1009), (3, 2), "RGB")
record(noise(3, 2), (211, 1), "RGB")
record(noise(13, 17), (7, 5), "L")
record(noise(13, 17), (13, 17), "L")
record(extremes(5, 5), (5, 5), "L")

here = pathlib.Path(__file__)
here.with_suffix(".json").write_text(json.dumps(records))
here.with_suffix(".bin").write_bytes(bytes(blob))
