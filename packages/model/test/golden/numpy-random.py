"""Writes numpy-random.json: values of NumPy's legacy random stream.

Run: python3 numpy-random.py (made with NumPy 1.24.2)
"""

import json
import pathlib

import numpy as np


def record(seed):
    state = np.random.RandomState(seed)
    return {
        "seed": seed,
        "uniform": [state.rand() for _ in range(5)],
        "normal": [state.randn() for _ in range(5)],
        # An odd number of normals leaves one cached: it must survive other draws in between.
        "choice": [int(state.choice(48)) for _ in range(6)] + [int(state.choice(1)), int(state.choice(1000003))],
        "cachedNormal": state.randn(),
        "permutation": state.permutation(11).tolist(),
        # Far past one refill of the 624 words of state.
        "after2000": state.rand(2000)[-1],
        "empty": state.permutation(0).tolist(),
    }


records = [record(seed) for seed in (0, 42, 2**32 - 1, [42, 3, 17], [7], list(range(700)))]
pathlib.Path(__file__).with_suffix(".json").write_text(json.dumps(records))
