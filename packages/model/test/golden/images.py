"""Writes images.json: small image files of many pixel types in base64, with PIL's convert('RGB') of each.

Run: python3 images.py (made with Pillow 9.4.0 and NumPy 1.24.2)
"""

import base64
import io
import json
import pathlib
import struct
import zlib

import numpy as np
from PIL import Image, PngImagePlugin

WIDTH, HEIGHT = 17, 13
random = np.random.RandomState(7)
y, x = np.mgrid[:HEIGHT, :WIDTH]
smooth = np.stack([x * 15, y * 19, 255 - x * 7 - y * 8], -1).clip(0, 255).astype(np.uint8)
noise = random.randint(0, 256, (HEIGHT, WIDTH, 3)).astype(np.uint8)
alpha = random.randint(0, 256, (HEIGHT, WIDTH, 1)).astype(np.uint8)
rgb = Image.fromarray(noise)
rgba = Image.fromarray(np.concatenate([noise, alpha], -1))
grey = rgb.convert("L")
records = []


def add(name, data, expected=True):
    record = {"name": name, "base64": base64.b64encode(data).decode(), "rgb": None}
    if expected:
        pixels = np.asarray(Image.open(io.BytesIO(data)).convert("RGB"))
        record["rgb"] = base64.b64encode(pixels.tobytes()).decode()
    records.append(record)


def save(name, image, expected=True, **options):
    stream = io.BytesIO()
    image.save(stream, name.split(" ")[0].upper(), **options)
    add(name, stream.getvalue(), expected)


def raw_png(name, depth, color_type, rows, expected=True):
    """A PNG of a kind that PIL does not write; rows are packed bytes."""

    def chunk(kind, body):
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))

    header = struct.pack(">IIBBBBB", WIDTH, HEIGHT, depth, color_type, 0, 0, 0)
    body = zlib.compress(b"".join(b"\0" + bytes(row.tolist()) for row in rows))
    add(name, b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", body) + chunk(b"IEND", b""), expected)


def swapped_profile():
    """An ICC matrix profile whose red and green primaries are exchanged: whoever applies it, exchanges the channels."""

    def fixed(*values):
        return b"".join(struct.pack(">i", round(v * 65536)) for v in values)

    red, green, blue = (0.4361, 0.2225, 0.0139), (0.3851, 0.7169, 0.0971), (0.1431, 0.0606, 0.7141)
    curve = b"curv\0\0\0\0" + struct.pack(">IH", 1, round(2.2 * 256)) + b"\0\0"
    text = b"desc\0\0\0\0" + struct.pack(">I", 2) + b"x\0" + b"\0" * 78
    tags = {
        b"desc": text,
        b"cprt": b"text\0\0\0\0CC0\0",
        b"wtpt": b"XYZ \0\0\0\0" + fixed(0.9642, 1, 0.8249),
        b"rXYZ": b"XYZ \0\0\0\0" + fixed(*green),
        b"gXYZ": b"XYZ \0\0\0\0" + fixed(*red),
        b"bXYZ": b"XYZ \0\0\0\0" + fixed(*blue),
        b"rTRC": curve,
        b"gTRC": curve,
        b"bTRC": curve,
    }
    offset = 128 + 4 + 12 * len(tags)
    table, body = struct.pack(">I", len(tags)), b""
    for kind, data in tags.items():
        data += b"\0" * (-len(data) % 4)
        table += kind + struct.pack(">II", offset + len(body), len(data))
        body += data
    size = offset + len(body)
    header = struct.pack(">I4sI4s4s4s", size, b"\0\0\0\0", 0x02100000, b"mntr", b"RGB ", b"XYZ ")
    header += b"\0" * 12 + b"acsp" + b"\0" * 28 + fixed(0.9642, 1, 0.8249)
    return header.ljust(128, b"\0") + table + body


save("png RGB", rgb)
save("png RGBA", rgba)
save("png L", grey)
save("png LA", rgba.convert("LA"))
save("png P", rgb.quantize(200))
save("png P with transparency", rgb.quantize(16), transparency=3)
save("png P of 2 bits", rgb.quantize(4), bits=2)
save("png of 1 bit", rgb.convert("1"))
save("png with a colour profile", rgb, icc_profile=swapped_profile())
gamma = PngImagePlugin.PngInfo()
gamma.add(b"gAMA", struct.pack(">I", 100000))
save("png with a gamma", rgb, pnginfo=gamma)
raw_png("png L of 2 bits", 2, 0, random.randint(0, 256, (HEIGHT, 5)))
raw_png("png L of 4 bits", 4, 0, random.randint(0, 256, (HEIGHT, 9)))
raw_png("png RGB of 16 bits", 16, 2, random.randint(0, 256, (HEIGHT, WIDTH * 6)), False)
raw_png("png L of 16 bits", 16, 0, random.randint(0, 256, (HEIGHT, WIDTH * 2)), False)

save("jpeg RGB", Image.fromarray(smooth), quality=90)
save("jpeg RGB without subsampling", Image.fromarray(smooth), quality=90, subsampling=0)
save("jpeg L", Image.fromarray(smooth).convert("L"))
exif = Image.Exif()
exif[0x0112] = 6
save("jpeg with an orientation", Image.fromarray(smooth), exif=exif)
save("jpeg with a colour profile", Image.fromarray(smooth), icc_profile=swapped_profile())
save("jpeg CMYK", Image.fromarray(smooth).convert("CMYK"), False)

save("tiff RGB packbits", Image.fromarray(smooth), compression="packbits")
save("tiff RGB", rgb)
save("tiff RGB lzw", rgb, compression="tiff_lzw")
save("tiff RGB deflate", rgb, compression="tiff_adobe_deflate")
save("tiff RGBA", rgba)
save("tiff L", grey)
save("tiff P", rgb.quantize(200))
save("tiff of 1 bit", rgb.convert("1"))
save("tiff with a colour profile", rgb, icc_profile=swapped_profile())
save("tiff of 16 bits", Image.fromarray(noise[:, :, 0].astype(np.uint16) * 257), False)
save("tiff of floats", Image.fromarray(noise[:, :, 0] / np.float32(255)), False)
save("tiff CMYK", rgb.convert("CMYK"), False)

save("webp lossless", rgb, lossless=True)

pathlib.Path(__file__).with_suffix(".json").write_text(json.dumps(records))
