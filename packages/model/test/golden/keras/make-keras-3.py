"""Makes small files as Keras 3 writes them, and what their networks answer, computed here in float64.

Run with Debian's python3-h5py (and NumPy) in this folder. The layout follows `keras/src/saving/saving_lib.py` of Keras 3.8: groups
of weights are named for classes, `conv2d`, `conv2d_1`, ..., not for layers; a layer's name is an attribute of `vars`; nested
models have groups of their own; random layers have a seed generator.
"""

import io
import json
import math
import re
import zipfile

import h5py
import numpy as np

random = np.random.RandomState(11)


def draw(*shape):
    return random.uniform(-1, 1, shape).astype(np.float32)


def snake(name):
    name = re.sub(r"\W+", "", name)
    name = re.sub("(.)([A-Z][a-z]+)", r"\1_\2", name)
    return re.sub("([a-z])([A-Z])", r"\1_\2", name).lower()


def policy():
    return {"module": "keras", "class_name": "DTypePolicy", "config": {"name": "float32"}, "registered_name": None}


def layer(class_name, name, weights=(), seed=None, module="keras.layers", **config):
    config = {"name": name, **({"trainable": True, "dtype": policy()} if module == "keras.layers" else {}), **config}
    described = {"module": module, "class_name": class_name, "config": config, "registered_name": None}
    return {"described": described, "weights": list(weights), "seed": seed, "name": name}


def conv(name, kernel, bias, **config):
    return layer(
        "Conv2D", name, [kernel, bias], filters=kernel.shape[-1], kernel_size=list(kernel.shape[:2]), strides=[1, 1],
        padding="same", data_format="channels_last", dilation_rate=[1, 1], use_bias=True,
        kernel_initializer={"module": "keras.initializers", "class_name": "GlorotUniform", "config": {"seed": None}, "registered_name": None},
        bias_initializer={"module": "keras.initializers", "class_name": "Zeros", "config": {}, "registered_name": None},
        kernel_regularizer=None, bias_regularizer=None, activity_regularizer=None, kernel_constraint=None, bias_constraint=None, **config,
    )


def tensor(name, shape):
    return {"class_name": "__keras_tensor__", "config": {"shape": [None, *shape], "dtype": "float32", "keras_history": [name, 0, 0]}}


def write_layers(group, layers):
    used = {}
    for item in layers:
        base = snake(item["described"]["class_name"])
        # Sequential models do not list their input layer, operations are no layers.
        if item["described"]["module"] != "keras.layers" and "layers" not in item:
            continue
        name = base if base not in used else f"{base}_{used[base]}"
        used[base] = used.get(base, 0) + 1
        own = group.create_group(name)
        variables = own.create_group("vars")
        variables.attrs["name"] = item["name"]
        for i, values in enumerate(item["weights"]):
            variables[str(i)] = values
        if item["seed"] is not None:
            state = own.create_group("seed_generator").create_group("vars")
            state["0"] = np.array(item["seed"], np.uint32)
        if "layers" in item:
            write_layers(own.create_group("layers"), [part for part in item["layers"] if part["described"]["class_name"] != "InputLayer"])


# The network.
stem_kernel, stem_bias = draw(3, 3, 3, 4), draw(4)
gamma, beta, mean, variance = draw(4), draw(4), draw(4), np.abs(draw(4)) + np.float32(0.5)
late_kernel, late_bias = draw(3, 3, 2, 6), draw(6)
gate_kernel, gate_bias = draw(1, 1, 6, 6), draw(6)
head_kernel, head_bias = draw(54, 3), draw(3)

features = layer("Sequential", "features", module="keras")
features["layers"] = [
    layer("InputLayer", "inner", batch_shape=[None, 6, 6, 3], sparse=False, ragged=False),
    conv("stem", stem_kernel, stem_bias, groups=1, activation="relu"),
    layer(
        "BatchNormalization", "statistics", [gamma, beta, mean, variance], axis=-1, momentum=0.99, epsilon=0.001, center=True, scale=True,
        synchronized=False,
    ),
    layer("MaxPooling2D", "pool", pool_size=[2, 2], padding="valid", strides=[2, 2], data_format="channels_last"),
]
features["described"]["config"] = {
    "name": "features", "trainable": True, "dtype": policy(), "layers": [part["described"] for part in features["layers"]],
    "build_input_shape": [None, 6, 6, 3],
}

nodes = [
    (layer("InputLayer", "image", batch_shape=[None, 6, 6, 3], sparse=False, ragged=False), None),
    (layer("TrueDivide", "true_divide", module="keras.src.ops.numpy"), [tensor("image", [6, 6, 3]), 127.5]),
    (layer("Subtract", "subtract", module="keras.src.ops.numpy"), [tensor("true_divide", [6, 6, 3]), 1.0]),
    (layer("RandomFlip", "flip", seed=[3, 5], mode="horizontal_and_vertical", data_format="channels_last"), [tensor("subtract", [6, 6, 3])]),
    (features, [tensor("flip", [6, 6, 3])]),
    (conv("late", late_kernel, late_bias, groups=2, activation="relu6"), [tensor("features", [3, 3, 4])]),
    (layer("GlobalAveragePooling2D", "squeeze", data_format="channels_last", keepdims=True), [tensor("late", [3, 3, 6])]),
    (conv("gate", gate_kernel, gate_bias, groups=1, activation="hard_sigmoid"), [tensor("squeeze", [1, 1, 6])]),
    (layer("Multiply", "multiply"), [[tensor("late", [3, 3, 6]), tensor("gate", [1, 1, 6])]]),
    (layer("Flatten", "flatten", data_format="channels_last"), [tensor("multiply", [3, 3, 6])]),
    (layer("Dense", "head", [head_kernel, head_bias], units=3, activation="softmax", use_bias=True), [tensor("flatten", [54])]),
]
described = [
    {**item["described"], "name": item["name"], "inbound_nodes": [] if args is None else [{"args": args, "kwargs": {}}]}
    for item, args in nodes
]
config = {
    "module": "keras.src.models.functional",
    "class_name": "Functional",
    "config": {
        "name": "functional", "trainable": True, "layers": described, "input_layers": [["image", 0, 0]], "output_layers": [["head", 0, 0]],
    },
    "registered_name": "Functional",
    "build_config": {"input_shape": None},
}

weights = io.BytesIO()
with h5py.File(weights, "w") as file:
    file.create_group("vars").attrs["name"] = "functional"
    write_layers(file.create_group("layers"), [item for item, _ in nodes])

with zipfile.ZipFile("network-keras3.keras.bin", "w", zipfile.ZIP_DEFLATED) as archive:
    for name, text in [("metadata.json", {"keras_version": "3.8.0", "date_saved": "2025-01-01@00:00:00"}), ("config.json", config)]:
        archive.writestr(zipfile.ZipInfo(name, (2025, 1, 1, 0, 0, 0)), json.dumps(text), zipfile.ZIP_DEFLATED)
    archive.writestr(zipfile.ZipInfo("model.weights.h5", (2025, 1, 1, 0, 0, 0)), weights.getvalue(), zipfile.ZIP_DEFLATED)


# What it answers.
def convolve(x, kernel, bias, groups=1):
    height, width, own, filters = kernel.shape
    padded = np.pad(x, ((0, 0), (height // 2, height // 2), (width // 2, width // 2), (0, 0)))
    each = filters // groups
    y = np.zeros((*x.shape[:3], filters))
    for g in range(groups):
        part, k = padded[..., g * own : (g + 1) * own], kernel[..., g * each : (g + 1) * each].astype(np.float64)
        for i in range(height):
            for j in range(width):
                y[..., g * each : (g + 1) * each] += part[:, i : i + x.shape[1], j : j + x.shape[2]] @ k[i, j]
    return y + bias


x = random.randint(0, 256, (2, 6, 6, 3)).astype(np.float64)
y = np.maximum(convolve(x / 127.5 - 1, stem_kernel, stem_bias), 0)
y = (y - mean) / np.sqrt(variance.astype(np.float64) + 0.001) * gamma + beta
y = y.reshape(2, 3, 2, 3, 2, 4).max((2, 4))
late = np.clip(convolve(y, late_kernel, late_bias, 2), 0, 6)
gate = np.clip(convolve(late.mean((1, 2), keepdims=True), gate_kernel, gate_bias) + 3, 0, 6) / 6
logits = (late * gate).reshape(2, -1) @ head_kernel.astype(np.float64) + head_bias
e = np.exp(logits - logits.max(-1, keepdims=True))
with open("network-keras3.json", "w") as file:
    json.dump({"shape": x.shape, "input": x.ravel().tolist(), "output": (e / e.sum(-1, keepdims=True)).ravel().tolist()}, file)
    file.write("\n")


# A sequential network of the layers whose weights come in other orders or shapes, as an archive after training - with the
# optimizer's state - and as one HDF5 file, where weights are named by their paths (`keras/src/legacy/saving/legacy_h5_format.py`).
EPSILON = 0.001


def keras_object(module, class_name, **config):
    return {"module": f"keras.{module}", "class_name": class_name, "config": config, "registered_name": None}


def initializers(*names):
    return {f"{name}_initializer": keras_object("initializers", "GlorotUniform", seed=None) for name in names}


def none(*names):
    return {name: None for name in names}


depth_kernel, depth_bias = draw(3, 3, 3, 2), draw(6)
slope = np.abs(draw(1, 1, 6))
separable_depth, separable_point, separable_bias = draw(3, 3, 6, 1), draw(1, 1, 6, 8), draw(8)
group_gamma, group_beta = draw(8), draw(8)
layer_gamma, layer_beta = draw(8), draw(8)
hidden_kernel, hidden_bias = draw(8, 7), draw(7)
norm = [draw(7), draw(7), draw(7), np.abs(draw(7)) + np.float32(0.5)]
class_kernel, class_bias = draw(7, 4), draw(4)

window = {"strides": [1, 1], "padding": "same", "data_format": "channels_last", "dilation_rate": [1, 1], "use_bias": True}
stack = [
    layer("InputLayer", "input_layer", batch_shape=[None, 8, 7, 3], sparse=False, ragged=False),
    layer("Normalization", "normalization", axis=[-1], invert=False, mean=[120.0, 110.0, 100.0], variance=[3600.0, 2500.0, 4900.0]),
    layer(
        "DepthwiseConv2D", "depthwise_conv2d", [depth_kernel, depth_bias], kernel_size=[3, 3], depth_multiplier=2, activation="silu",
        **window, **initializers("bias", "depthwise"),
        **none("depthwise_regularizer", "bias_regularizer", "activity_regularizer", "depthwise_constraint", "bias_constraint"),
    ),
    layer("PReLU", "p_re_lu", [slope], alpha_regularizer=None, alpha_constraint=None, shared_axes=[1, 2], **initializers("alpha")),
    layer(
        "SeparableConv2D", "separable_conv2d", [separable_depth, separable_point, separable_bias], filters=8, kernel_size=[3, 3],
        depth_multiplier=1, activation="gelu", **{**window, "strides": [2, 2]}, **initializers("depthwise", "pointwise", "bias"),
        **none("depthwise_regularizer", "pointwise_regularizer", "bias_regularizer", "activity_regularizer"),
        **none("depthwise_constraint", "pointwise_constraint", "bias_constraint"),
    ),
    layer("GroupNormalization", "group_normalization", [group_gamma, group_beta], groups=4, axis=-1, epsilon=EPSILON, center=True, scale=True),
    layer("SpatialDropout2D", "spatial_dropout2d", seed=[7, 11], rate=0.2, data_format="channels_last", noise_shape=None),
    layer("Activation", "activation", activation="hard_silu"),
    layer("LayerNormalization", "layer_normalization", [layer_gamma, layer_beta], axis=[3], epsilon=EPSILON, center=True, scale=True),
    layer("AveragePooling2D", "average_pooling2d", pool_size=[2, 2], padding="same", strides=[2, 2], data_format="channels_last"),
    layer("GlobalMaxPooling2D", "global_max_pooling2d", data_format="channels_last", keepdims=False),
    layer("Dense", "dense", [hidden_kernel, hidden_bias], units=7, activation="elu", use_bias=True, **initializers("kernel", "bias")),
    layer("BatchNormalization", "batch_normalization", norm, axis=-1, momentum=0.99, epsilon=EPSILON, center=True, scale=True, synchronized=False),
    layer("Dropout", "dropout", seed=[13, 17], rate=0.5, noise_shape=None),
    layer("Dense", "dense_1", [class_kernel, class_bias], units=4, activation="softmax", use_bias=True, **initializers("kernel", "bias")),
]
described = keras_object("", "Sequential", name="sequential", trainable=True, dtype=policy(), layers=[part["described"] for part in stack])
described |= {"module": "keras", "build_config": {"input_shape": [None, 8, 7, 3]}}
described["compile_config"] = {"optimizer": keras_object("optimizers", "Adam", learning_rate=0.001), "loss": "categorical_crossentropy"}

weights = io.BytesIO()
with h5py.File(weights, "w") as file:
    file.create_group("vars").attrs["name"] = "sequential"
    write_layers(file.create_group("layers"), stack[1:])
    state = file.create_group("optimizer").create_group("vars")
    state.attrs["name"] = "adam"
    state["0"] = np.array(12, np.int64)
    state["1"] = np.array(0.001, np.float32)
with zipfile.ZipFile("sequential-keras3.keras.bin", "w", zipfile.ZIP_STORED) as archive:
    for name, text in [("metadata.json", {"keras_version": "3.11.3", "date_saved": "2025-09-01@00:00:00"}), ("config.json", described)]:
        archive.writestr(zipfile.ZipInfo(name, (2025, 9, 1, 0, 0, 0)), json.dumps(text))
    archive.writestr(zipfile.ZipInfo("model.weights.h5", (2025, 9, 1, 0, 0, 0)), weights.getvalue())

# By the names of variables, in the order of Keras 3: what is trained, then what is not.
VARIABLES = {
    "DepthwiseConv2D": ["kernel", "bias"], "PReLU": ["alpha"], "SeparableConv2D": ["depthwise_kernel", "pointwise_kernel", "bias"],
    "GroupNormalization": ["gamma", "beta"], "LayerNormalization": ["gamma", "beta"], "Dense": ["kernel", "bias"],
    "BatchNormalization": ["gamma", "beta", "moving_mean", "moving_variance"],
}
with h5py.File("sequential-keras3.h5.bin", "w") as file:
    file.attrs["keras_version"] = "3.11.3"
    file.attrs["backend"] = "tensorflow"
    file.attrs["model_config"] = json.dumps({key: described[key] for key in ("module", "class_name", "config", "registered_name")})
    group = file.create_group("model_weights")
    group.attrs["backend"] = "tensorflow"
    group.attrs["keras_version"] = "3.11.3"
    group.attrs["layer_names"] = [part["name"].encode() for part in stack[1:]]
    for part in stack[1:]:
        own = group.create_group(part["name"])
        names = [f"sequential/{part['name']}/{name}" for name in VARIABLES.get(part["described"]["class_name"], [])]
        seeds = [] if part["seed"] is None else [np.array(part["seed"], np.uint32)]
        names += [f"seed_generator/{part['name']}/seed_generator_state" for _ in seeds]
        own.attrs["weight_names"] = [name.encode() for name in names]
        for name, values in zip(names, [*part["weights"], *seeds], strict=True):
            own.create_dataset(name, data=values)
    top = group.create_group("top_level_model_weights")
    top.attrs["weight_names"] = np.array([], "S1")


def depthwise(x, kernel):
    channels, multiplier = kernel.shape[2:]
    return np.concatenate(
        [convolve(x[..., c : c + 1], kernel[:, :, c : c + 1, :], 0) for c in range(channels)], -1,
    ).reshape(*x.shape[:3], channels * multiplier)


def normalized(x, axes):
    return (x - x.mean(axes, keepdims=True)) / np.sqrt(x.var(axes, keepdims=True) + EPSILON)


x = random.randint(0, 256, (2, 8, 7, 3)).astype(np.float64)
y = (x - [120, 110, 100]) / np.sqrt([3600, 2500, 4900])
y = depthwise(y, depth_kernel) + depth_bias
y = y / (1 + np.exp(-y))
y = np.where(y > 0, y, y * slope)
# With "same" padding 8 positions are padded behind only, so that windows begin at 0, 2, ...; 7 on both sides.
shifted = np.pad(y, ((0, 0), (0, 2), (1, 1), (0, 0)))
y = np.stack([np.stack([
    np.einsum("nijc,ijc->nc", shifted[:, 2 * r : 2 * r + 3, 2 * c : 2 * c + 3], separable_depth[..., 0].astype(np.float64)) for c in range(4)
], 1) for r in range(4)], 1)
y = y @ separable_point[0, 0].astype(np.float64) + separable_bias
y = y / 2 * (1 + np.vectorize(math.erf)(y / np.sqrt(2)))
y = normalized(y.reshape(2, 4, 4, 4, 2), (1, 2, 4)).reshape(2, 4, 4, 8) * group_gamma + group_beta
y = y * np.clip(y + 3, 0, 6) / 6
y = normalized(y, -1) * layer_gamma + layer_beta
y = y.reshape(2, 2, 2, 2, 2, 8).mean((2, 4)).max((1, 2))
y = y @ hidden_kernel.astype(np.float64) + hidden_bias
y = np.where(y > 0, y, np.expm1(y))
y = (y - norm[2]) / np.sqrt(norm[3].astype(np.float64) + EPSILON) * norm[0] + norm[1]
logits = y @ class_kernel.astype(np.float64) + class_bias
e = np.exp(logits - logits.max(-1, keepdims=True))
with open("sequential-keras3.json", "w") as file:
    json.dump({"shape": x.shape, "input": x.ravel().tolist(), "output": (e / e.sum(-1, keepdims=True)).ravel().tolist()}, file)
    file.write("\n")
