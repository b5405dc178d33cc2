"""Writes metrics.json: what scikit-learn says about seeded random predictions, many of them tied.

Run with: python3 make-metrics.py   (Debian: apt-get install python3-sklearn)
"""

import json
from pathlib import Path

import numpy as np
import sklearn
from sklearn.metrics import (
    accuracy_score,
    auc,
    classification_report,
    confusion_matrix,
    roc_auc_score,
    roc_curve,
)


def curve(positive, scores):
    fpr, tpr, thresholds = roc_curve(positive, scores)
    # Without the first threshold: "above every score", which is max + 1 or infinity by release.
    return {
        "falsePositiveRate": fpr.tolist(),
        "truePositiveRate": tpr.tolist(),
        "thresholds": thresholds[1:].tolist(),
        "auc": float(auc(fpr, tpr)),
    }


def line(entry):
    return {
        "precision": float(entry["precision"]),
        "recall": float(entry["recall"]),
        "f1": float(entry["f1-score"]),
        "support": int(entry["support"]),
    }


def expected(labels, scores, names):
    classes = np.arange(len(names))
    predictions = scores.argmax(axis=1)
    one_hot = labels[:, None] == classes
    options = dict(labels=classes, target_names=names, zero_division=0)
    report = classification_report(labels, predictions, output_dict=True, **options)
    defined = [k for k in classes if 0 < one_hot[:, k].sum() < len(labels)]
    # Where every class is defined, scikit-learn's own means; else its means over the defined classes.
    means = {
        average: float(roc_auc_score(one_hot[:, defined], scores[:, defined], average=average))
        if defined
        else None
        for average in ("macro", "weighted")
    }
    if len(names) > 2 and len(defined) == len(names) and np.allclose(scores.sum(axis=1), 1):
        for average, value in means.items():
            own = roc_auc_score(labels, scores, multi_class="ovr", average=average)
            assert abs(own - value) < 1e-12
    present = np.union1d(labels, predictions)
    return {
        "predictions": predictions.tolist(),
        "accuracy": float(accuracy_score(labels, predictions)),
        "confusion": confusion_matrix(labels, predictions, labels=classes).tolist(),
        "normalised": {
            ours: confusion_matrix(labels, predictions, labels=classes, normalize=theirs).tolist()
            for ours, theirs in (("true", "true"), ("predicted", "pred"), ("all", "all"))
        },
        "classes": [line(report[name]) for name in names],
        "macro": line(report["macro avg"]),
        "weighted": line(report["weighted avg"]),
        # The text has a line "micro avg" in place of "accuracy" when a class is neither present nor predicted, and
        # writes supports as decimals when nothing is right: both left out.
        "text": {
            digits: classification_report(labels, predictions, digits=digits, **options)
            for digits in (2, 4)
        }
        if len(present) == len(names) and (labels == predictions).any()
        else None,
        "roc": [curve(one_hot[:, k], scores[:, k]) if k in defined else None for k in classes],
        "micro": curve(one_hot.ravel(), scores.ravel()) if len(names) > 1 else None,
        "macroAuc": means["macro"],
        "weightedAuc": means["weighted"],
    }


def softmax(logits):
    exponentials = np.exp(logits - logits.max(axis=1, keepdims=True))
    return exponentials / exponentials.sum(axis=1, keepdims=True)


def case(name, rng, samples, count, labels=None, decimals=None, skill=1.5, never=()):
    if labels is None:
        labels = rng.integers(0, count, samples)
    logits = rng.normal(size=(samples, count))
    logits[np.arange(samples), labels] += skill
    logits[:, list(never)] = -9
    scores = softmax(logits)
    if decimals is not None:
        scores = scores.round(decimals)
    names = [f"class {k}" for k in range(count)]
    return {
        "name": name,
        "classNames": names,
        "labels": labels.tolist(),
        "scores": scores.ravel().tolist(),
        "expected": expected(labels, scores, names),
    }


rng = np.random.default_rng(20240607)
cases = [
    case("three classes", rng, 60, 3),
    case("eight classes, scores rounded to one decimal", rng, 150, 8, decimals=1),
    case("ten classes, scores rounded to two decimals", rng, 150, 10, decimals=2, skill=3),
    case("every score the same", rng, 20, 4, decimals=0, skill=0),
    case("two classes", rng, 40, 2, decimals=1),
    case("unbalanced classes", rng, 120, 4, labels=rng.choice(4, 120, p=[0.8, 0.12, 0.05, 0.03])),
    case("a class without samples", rng, 50, 4, labels=rng.choice([0, 1, 3], 50), decimals=1),
    case("a class never predicted", rng, 50, 4, never=[2]),
    case("a class neither present nor predicted", rng, 50, 4, labels=rng.choice([0, 1, 3], 50), never=[2]),
    case("all samples of one class", rng, 12, 3, labels=np.full(12, 1)),
    case("one sample", rng, 1, 3),
    case("a classifier that is always right", rng, 30, 3, skill=40),
    case("a classifier that is always wrong", rng, 30, 3, skill=-40),
    case("one class", rng, 5, 1),
]
out = Path(__file__).with_name("metrics.json")
out.write_text(
    json.dumps({"madeBy": f"make-metrics.py, scikit-learn {sklearn.__version__}", "cases": cases}) + "\n"
)
