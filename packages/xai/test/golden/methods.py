"""Makes methods.json: explanations of two small networks, and statistics, computed in float64 with NumPy alone.

Independent of the package: convolutions are loops over taps, gradients are central differences, singular vectors come
from numpy.linalg.svd. Run with Debian's python3-numpy: python3 methods.py
"""

import json
import pathlib

import numpy as np

STEP = 1e-6  # Of the central differences: error about 1e-10 of the score's third derivative, rounding about 1e-10.


def float32(array):
    return np.asarray(array).astype(np.float32).astype(np.float64)


def convolve(x, kernel, bias, same):
    """x [*positions, channels], kernel [*window, channels, filters]; stride 1."""
    window = kernel.shape[:-2]
    if same:
        pads = [((size - 1) // 2, size - 1 - (size - 1) // 2) for size in window]
        x = np.pad(x, pads + [(0, 0)])
    out = [length - size + 1 for length, size in zip(x.shape, window)]
    y = np.zeros(out + [kernel.shape[-1]]) + bias
    for tap in np.ndindex(*window):
        part = x[tuple(slice(t, t + o) for t, o in zip(tap, out))]
        y += part @ kernel[tap]
    return y


def relu(x):
    return np.maximum(x, 0)


def softmax(z):
    e = np.exp(z - z.max())
    return e / e.sum()


class Network:
    """conv (same padding, ReLU), conv (valid, ReLU; the target), flatten, dense, softmax."""

    def __init__(self, seed, positions, window, filters):
        random = np.random.RandomState(seed)
        dims = len(positions)
        self.input_shape = list(positions) + [2]
        kernel = [window] * dims
        self.k1 = float32(random.randn(*kernel, 2, filters[0]) * 0.5)
        self.b1 = float32(random.randn(filters[0]) * 0.2)
        self.k2 = float32(random.randn(*kernel, filters[0], filters[1]) * 0.4)
        self.b2 = float32(random.randn(filters[1]) * 0.2)
        flat = int(np.prod([p - window + 1 for p in positions])) * filters[1]
        self.w = float32(random.randn(flat, 3) * 0.3)
        self.b = float32(random.randn(3) * 0.2)
        self.x = float32(random.rand(*self.input_shape))

    def activation(self, x):
        return relu(convolve(relu(convolve(x, self.k1, self.b1, True)), self.k2, self.b2, False))

    def tail(self, a):
        return softmax(a.reshape(-1) @ self.w + self.b)

    def __call__(self, x):
        return self.tail(self.activation(x))


def difference(f, at):
    gradient = np.zeros_like(at)
    for index in np.ndindex(*at.shape):
        up, down = at.copy(), at.copy()
        up[index] += STEP
        down[index] -= STEP
        gradient[index] = (f(up) - f(down)) / (2 * STEP)
    return gradient


def resize(plane, shape):
    """Linear along each axis, half-pixel centres."""
    for axis, length in enumerate(shape):
        before = plane.shape[axis]
        at = np.clip((np.arange(length) + 0.5) * before / length - 0.5, 0, before - 1)
        plane = np.apply_along_axis(lambda line: np.interp(at, np.arange(before), line), axis, plane)
    return plane


def explain(net, feature_mask, window, stride):
    x = net.x
    p = net(x)
    c = int(np.argmax(p))
    score = lambda value: net(value)[c]
    a = net.activation(x)
    g = difference(lambda value: net.tail(value)[c], a)
    positions = tuple(range(a.ndim - 1))
    k = a.shape[-1]
    found = {"probabilities": p, "classIndex": c}
    found["grad-cam"] = {"weights": g.mean(axis=positions), "map": a @ g.mean(axis=positions)}
    found["layer-cam"] = {"map": (np.maximum(g, 0) * a).sum(-1)}
    found["hires-cam"] = {"map": (g * a).sum(-1)}

    v = np.linalg.svd(a.reshape(-1, k))[2][0]
    v = v if (a @ v).sum() >= 0 else -v
    found["eigen-cam"] = {"weights": v, "map": a @ v}

    scores = np.full(k, -np.inf)
    for channel in range(k):
        plane = a[..., channel]
        if plane.max() == plane.min():
            continue
        mask = resize(plane, x.shape[:-1])
        mask = (mask - mask.min()) / (mask.max() - mask.min())
        scores[channel] = score(x * mask[..., None])
    w = softmax(scores)
    found["score-cam"] = {"weights": w, "map": a @ w}

    random = np.random.RandomState([7, 0])
    deviation = 0.1 * (x.max() - x.min())
    noisy = [difference(score, x + deviation * random.randn(*x.shape)) for _ in range(4)]
    found["smooth-grad"] = {"attributions": np.abs(np.mean(noisy, axis=0))}

    base = 0.25
    ablation = np.zeros_like(x)
    for feature in np.unique(feature_mask):
        where = np.asarray(feature_mask)[..., None] == feature
        ablation += where * (score(x) - score(np.where(where, base, x)))
    found["feature-ablation"] = {"attributions": ablation}

    drops, covers = np.zeros_like(x), np.zeros_like(x)
    steps = [-(-(length - w) // s) + 1 for length, w, s in zip(x.shape, window, stride)]
    for index in np.ndindex(*steps):
        box = tuple(slice(i * s, i * s + w) for i, s, w in zip(index, stride, window))
        covered = x.copy()
        covered[box] = base
        drops[box] += score(x) - score(covered)
        covers[box] += 1
    found["occlusion"] = {"attributions": drops / covers}

    rules = {
        "riemann-left": (np.linspace(0, 0.8, 5), np.full(5, 0.2)),
        "riemann-right": (np.linspace(0.2, 1, 5), np.full(5, 0.2)),
        "riemann-middle": (np.linspace(0.1, 0.9, 5), np.full(5, 0.2)),
        "riemann-trapezoid": (np.linspace(0, 1, 5), np.array([0.1, 0.2, 0.2, 0.2, 0.1])),
    }
    nodes, weights = np.polynomial.legendre.leggauss(5)
    rules["gauss-legendre"] = ((1 + nodes) / 2, weights / 2)
    for name, (alphas, sizes) in rules.items():
        mean = sum(s * difference(score, base + t * (x - base)) for t, s in zip(alphas, sizes))
        attributions = mean * (x - base)
        delta = attributions.sum() - (score(x) - score(np.full_like(x, base)))
        found["integrated-gradients " + name] = {"attributions": attributions, "convergenceDelta": delta}

    judged = resize(np.maximum(a @ g.mean(axis=positions), 0), x.shape[:-1])
    order = np.argsort(-judged.reshape(-1), kind="stable")
    curves = {}
    for name, start, end in (("insertion", np.full_like(x, base), x), ("deletion", x, np.full_like(x, base))):
        ys = []
        for step in range(6):
            changed = start.copy().reshape(-1, x.shape[-1])
            first = order[: int(np.floor(len(order) * step / 5 + 0.5))]
            changed[first] = end.reshape(-1, x.shape[-1])[first]
            ys.append(score(changed.reshape(x.shape)))
        curves[name] = {"scores": ys, "auc": np.trapezoid(ys, np.linspace(0, 1, 6)) if hasattr(np, "trapezoid") else np.trapz(ys, np.linspace(0, 1, 6))}
    found["curves"] = curves

    soft = judged / judged.max()
    found["softMultiply"] = score(base + soft[..., None] * (x - base))
    return found


def ranks(values):
    values = np.asarray(values)
    return np.array([(values < v).sum() + ((values == v).sum() - 1) / 2 for v in values])


def ssim(a, b, window):
    parts = []
    for corner in np.ndindex(*[n - w + 1 for n, w in zip(a.shape, window)]):
        box = tuple(slice(i, i + w) for i, w in zip(corner, window))
        p, q = a[box].reshape(-1), b[box].reshape(-1)
        cov = np.cov(p, q)
        c1, c2 = 0.01**2, 0.03**2
        up = (2 * p.mean() * q.mean() + c1) * (2 * cov[0, 1] + c2)
        parts.append(up / ((p.mean() ** 2 + q.mean() ** 2 + c1) * (cov[0, 0] + cov[1, 1] + c2)))
    return np.mean(parts)


def statistics():
    random = np.random.RandomState(3)
    a, b = random.rand(12, 9), random.rand(12, 9)
    b = (a + b) / 2
    tied_a, tied_b = np.round(4 * a).reshape(-1), np.round(4 * b).reshape(-1)
    values = random.rand(17)
    draws = np.random.RandomState(5)
    means = [values[[draws.randint(17) for _ in range(17)]].mean() for _ in range(200)]
    nodes, weights = np.polynomial.legendre.leggauss(50)
    return {
        "a": a,
        "b": b,
        "ssim": ssim(a, b, (7, 7)),
        "lineSsim": ssim(a[0], b[0], (7,)),
        "tiedA": tied_a,
        "tiedB": tied_b,
        "rankCorrelation": np.corrcoef(ranks(tied_a), ranks(tied_b))[0, 1],
        "values": values,
        "bootstrap": {"mean": values.mean(), "low": np.quantile(means, 0.025), "high": np.quantile(means, 0.975)},
        "gaussLegendre": {"nodes": (1 + nodes) / 2, "weights": weights / 2},
    }


def plain(value):
    if isinstance(value, dict):
        return {key: plain(item) for key, item in value.items()}
    if isinstance(value, np.ndarray):
        return plain(value.reshape(-1).tolist())
    if isinstance(value, (list, tuple)):
        return [plain(item) for item in value]
    return value.item() if isinstance(value, np.generic) else value


def record(net, feature_mask, window, stride):
    weights = [net.k1, net.b1, net.k2, net.b2, net.w, net.b]
    return {
        "inputShape": net.input_shape,
        "window": window,
        "stride": stride,
        "featureMask": np.asarray(feature_mask).reshape(-1),
        "weightShapes": [list(weight.shape) for weight in weights],
        "weights": weights,
        "input": net.x,
        "expected": explain(net, feature_mask, window, stride),
    }


signal = Network(1, (11,), 3, (4, 5))
image = Network(2, (6, 5), 3, (3, 4))
golden = {
    "networks": {
        "signal": record(signal, np.arange(11) // 3, [3, 2], [2, 2]),
        "image": record(image, np.arange(30).reshape(6, 5) % 7, [3, 2, 1], [2, 1, 1]),
    },
    "statistics": statistics(),
}
path = pathlib.Path(__file__).with_suffix(".json")
path.write_text(json.dumps(plain(golden)))
