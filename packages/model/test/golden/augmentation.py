"""Writes augmentation.json: images moved as Keras' ImageDataGenerator moves them, made with SciPy.

Run: python3 augmentation.py (made with NumPy 1.24.2 and SciPy 1.10.1)
"""

import json
import pathlib

import numpy as np
from scipy.ndimage import affine_transform


def rounded(values):
    return np.round(values, 8).flatten().tolist()


random = np.random.RandomState(3)
records = []
for height, width, channels, theta, shear in (
    (9, 9, 3, 15, 0.1),
    (7, 12, 1, -11.5, 0),
    (6, 5, 2, 0, 30),
    (8, 11, 3, 90, 0),
    (5, 5, 3, 0, 0),
    (1, 1, 3, 10, 10),
    (1, 6, 1, 14, -0.1),
):
    image = random.randint(0, 257, (height, width, channels)) / 256
    t, s = np.deg2rad(theta), np.deg2rad(shear)
    rotation = np.array([[np.cos(t), -np.sin(t), 0], [np.sin(t), np.cos(t), 0], [0, 0, 1]])
    shearing = np.array([[1, -np.sin(s), 0], [0, np.cos(s), 0], [0, 0, 1]])
    center = np.array([[1, 0, height / 2 - 0.5], [0, 1, width / 2 - 0.5], [0, 0, 1]])
    matrix = center @ rotation @ shearing @ np.linalg.inv(center)
    moved = np.stack(
        [
            affine_transform(image[:, :, c], matrix[:2, :2], matrix[:2, 2], order=1, mode="nearest")
            for c in range(channels)
        ],
        -1,
    )
    records.append(
        {
            "shape": [height, width, channels],
            "rotationDegrees": theta,
            "shearDegrees": shear,
            "image": [float(v) for v in image.flatten()],
            "moved": rounded(moved),
            "flippedBoth": rounded(moved[::-1, ::-1]),
            "flippedHorizontally": rounded(moved[:, ::-1]),
        }
    )

pathlib.Path(__file__).with_suffix(".json").write_text(json.dumps(records))
