"""Writes npy.json: small .npy files in base64 with the values in them.

Run: python3 npy.py (made with NumPy 1.24.2)
"""

import base64
import io
import json
import pathlib

import numpy as np

# Negative and fractional values come out of the unsigned and integer types as NumPy casts them.
values = np.array([[[1, 2, 3], [4, 5, 100]], [[7, 0, 9], [10, 11, 12]]], dtype=np.float64)


def record(array, version=(1, 0)):
    stream = io.BytesIO()
    np.lib.format.write_array(stream, array, version=version)
    return {
        "descr": array.dtype.str,
        "fortran": bool(array.flags.f_contiguous and not array.flags.c_contiguous),
        "version": version[0],
        "shape": list(array.shape),
        "values": [float(v) for v in array.flatten(order="C")],
        "base64": base64.b64encode(stream.getvalue()).decode(),
    }


records = []
for code in ("f8", "f4", "i8", "u8", "i4", "u4", "i2", "u2", "i1", "u1"):
    signed = values * -1.0 if code[0] in "fi" else values
    fractional = signed / 8 if code[0] == "f" else signed
    for order in "<>":
        records.append(record(fractional.astype(order + code)))
records.append(record(values.astype("?")))
for version in ((1, 0), (2, 0), (3, 0)):
    records.append(record(np.asfortranarray(values), version))
records.append(record(np.array(2.5)))
records.append(record(np.zeros((0, 3))))
records.append(record(np.arange(5, dtype=">i2")[::2]))

pathlib.Path(__file__).with_suffix(".json").write_text(json.dumps(records))
