"""Writes mnist1d.json: MNIST-1D data with unusual options, made with NumPy and SciPy.

Follows the description of the generator in github.com/greydanus/mnist1d (Apache-2.0).
Run: python3 mnist1d.py (made with NumPy 1.24.2 and SciPy 1.10.1)
"""

import json
import pathlib

import numpy as np
from scipy.interpolate import interp1d
from scipy.ndimage import gaussian_filter

STROKES = """
5 6 6.5 6.75 7 7 7 7 6.75 6.5 6 5
5 3 3 3.4 3.8 4.2 4.6 5 5.4 5.8 5 5
5 6 6.5 6.5 6 5.25 4.75 4 3.5 3.5 4 5
5 6 6.5 6.5 6 5 5 6 6.5 6.5 6 5
5 4.4 3.8 3.2 2.6 2.6 5 5 5 5 5 5
5 3 3 3 3 5 6 6.5 6.5 6 4.5 5
5 4 3.5 3.25 3 3 3 3 3.25 3.5 4 5
5 7 7 6.6 6.2 5.8 5.4 5 4.6 4.2 5 5
5 4 3.5 3.5 4 5 5 4 3.5 3.5 4 5
5 4 3.5 3.5 4 5 5 5 5 4.7 4.3 5
"""


def resample(values, count):
    return interp1d(np.linspace(0, 1, len(values)), values)(np.linspace(0, 1, count))


def generate(options):
    curves = np.array([line.split() for line in STROKES.split("\n") if line], dtype=float)
    curves = (curves - curves.mean(1, keepdims=True)) / curves.std(1, keepdims=True)
    curves = (curves - curves[:, :1]) / 6
    low, high = options["padding"]
    random = np.random.RandomState(options["seed"])
    signals, labels = [], []
    for digit, curve in enumerate(curves):
        for _ in range(options["samples"] // 10):
            zeros = np.zeros(low + int(random.rand() * (high - low + 1)))
            signal = resample(np.concatenate([curve + 1e-8, zeros]), 12 + high)
            signal = signal * (1 + options["amplitudeRange"] * (random.rand() - 0.5))
            signal = np.roll(signal, random.choice(options["maxTranslation"]))
            smooth = gaussian_filter(options["correlatedNoise"] * random.randn(len(signal)), 2)
            signal = np.where(signal != 0, signal, smooth)
            signal = signal + options["independentNoise"] * random.randn(len(signal))
            slope = options["shear"] * (random.rand() - 0.5)
            signal = signal - slope * np.linspace(-0.5, 0.5, len(signal))
            signals.append(resample(signal, options["sequenceLength"]))
            labels.append(digit)
    order = random.permutation(len(labels))
    signals, labels = np.stack(signals)[order], np.array(labels)[order]
    if options["shuffleSequence"]:
        signals = signals[:, random.permutation(options["sequenceLength"])]
    positions = resample(resample(np.linspace(-5, 5, 12) / 6, 12 + high), options["sequenceLength"])
    return {
        "options": options,
        "signals": ((signals - signals.mean()) / signals.std()).flatten().tolist(),
        "labels": labels.tolist(),
        "positions": (positions / signals.std()).tolist(),
    }


defaults = {
    "samples": 10,
    "padding": [36, 60],
    "amplitudeRange": 0.4,
    "maxTranslation": 48,
    "correlatedNoise": 0.25,
    "independentNoise": 0.02,
    "shear": 0.75,
    "shuffleSequence": False,
    "sequenceLength": 40,
    "seed": 42,
}
variants = [
    {"seed": 0, "samples": 20},
    {"sequenceLength": 97, "shuffleSequence": True, "seed": 5},
    # No padding at all, and a signal shorter than the Gaussian's radius of 8.
    {"padding": [0, 0], "maxTranslation": 12, "sequenceLength": 7},
    {"padding": [5, 5], "maxTranslation": 1, "correlatedNoise": 0, "independentNoise": 0, "shear": 0, "amplitudeRange": 0},
    {"padding": [0, 3], "maxTranslation": 15, "sequenceLength": 2, "seed": 123456789},
]
records = [generate({**defaults, **variant}) for variant in variants]
pathlib.Path(__file__).with_suffix(".json").write_text(json.dumps(records))
