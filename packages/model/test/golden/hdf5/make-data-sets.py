"""Writes data-sets.h5.bin and latest.h5.bin: data sets stored in the ways HDF5 has, and data-sets.json: their values.

Run: python3 make-data-sets.py (made with h5py 3.16.0, HDF5 2.0.0 and NumPy)
"""

import json

import h5py
import numpy as np

random = np.random.RandomState(3)
cube = random.uniform(-1, 1, (5, 7, 6)).astype(np.float32)
expected = {}


def add(file, name, values, **options):
    data = file.create_dataset(name, data=values, **options)
    expected[name] = {"shape": list(data.shape), "values": data[()].astype(np.float64).ravel().tolist()}


with h5py.File("data-sets.h5.bin", "w") as file:
    add(file, "whole", cube)
    add(file, "chunked", cube, chunks=(2, 3, 6))
    add(file, "deflated", cube, chunks=(2, 4, 5), compression="gzip")
    add(file, "shuffled", cube, chunks=(5, 1, 4), compression="gzip", shuffle=True)
    add(file, "checked", cube, chunks=(3, 3, 3), compression="gzip", shuffle=True, fletcher32=True)
    add(file, "checked only", cube[0], chunks=(7, 2), fletcher32=True)
    add(file, "many chunks", np.arange(300, dtype=np.float32), chunks=(2,))
    add(file, "half", np.array([1.5, -2, 0, 6e-8, 65504, 0.333], np.float16))
    add(file, "double, big-endian", np.array([1.25, -3e10]).astype(">f8"))
    add(file, "bytes", np.array([-128, 0, 127], np.int8))
    add(file, "words", np.array([0, 65535], np.uint16))
    add(file, "long", np.array([-(2**40), 7], np.int64))
    add(file, "one value", np.float32(2.5))
    add(file, "none", np.zeros((0, 3), np.float32))
    group = file.create_group("a group").create_group("below")
    add(file, "a group/below/deep", np.array([4.0], np.float32))
    for i in range(40):
        add(file, f"sibling {i}", np.array([i], np.float32))
    file.attrs["text"] = "grüße"
    file.attrs["texts"] = ["a", "", "ccc"]
    file.attrs["fixed"] = np.array([b"conv", b"b"])
    file.attrs["number"] = 5
    file.attrs["empty"] = []

with h5py.File("latest.h5.bin", "w", libver="latest") as file:
    add(file, "new/whole", cube[1])
    file.attrs["text"] = "new"

with open("data-sets.json", "w") as stream:
    json.dump(expected, stream)
