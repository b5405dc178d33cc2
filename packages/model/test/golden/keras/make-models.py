"""Makes small HDF5 model files laid out as several versions of Keras write them, and what these networks answer.

Run with Debian's python3-h5py (and NumPy) in this folder. The layouts follow `keras/saving/hdf5_format.py` of Keras 2.4
and `keras/src/legacy/saving/legacy_h5_format.py` of Keras 3; the answers are computed here in float64.
"""

import json

import h5py
import numpy as np

random = np.random.RandomState(7)


def draw(*shape):
    return random.uniform(-1, 1, shape).astype(np.float32)


def dense(x, kernel, bias):
    return x @ kernel.astype(np.float64) + bias


def softmax(z):
    e = np.exp(z - z.max(-1, keepdims=True))
    return e / e.sum(-1, keepdims=True)


def conv1d_same(x, kernel, bias):
    width = kernel.shape[0]
    padded = np.pad(x, ((0, 0), ((width - 1) // 2, width // 2), (0, 0)))
    windows = np.stack([padded[:, i : i + width] for i in range(x.shape[1])], 1)
    return np.einsum("npwc,wco->npo", windows, kernel.astype(np.float64)) + bias


def batch_norm(x, gamma, beta, mean, variance, epsilon):
    return (x - mean) / np.sqrt(variance + epsilon) * gamma + beta


def save(name, version, config, layers, *, chunk_names=False, compress=False, dtype=np.float32):
    """`layers`: (layer name, [(weight name, values)]), in the order of the model."""
    with h5py.File(name, "w") as file:
        file.attrs["keras_version"] = version
        file.attrs["backend"] = "tensorflow"
        file.attrs["model_config"] = json.dumps(config)
        group = file.create_group("model_weights")
        names = [layer.encode() for layer, _ in layers]
        if chunk_names:
            for i, part in enumerate(np.array_split(names, 2)):
                group.attrs[f"layer_names{i}"] = part
        else:
            group.attrs["layer_names"] = names
        for layer, weights in layers:
            part = group.create_group(layer)
            part.attrs["weight_names"] = [weight.encode() for weight, _ in weights]
            for weight, values in weights:
                options = {"compression": "gzip", "chunks": True} if compress else {}
                part.create_dataset(weight, data=values.astype(dtype), **options)


def initializer(name="GlorotUniform"):
    return {"class_name": name, "config": {"seed": None}}


expected = {}


def expect(name, inputs, outputs):
    expected[name] = {
        "inputs": [value.ravel().tolist() for value in inputs],
        "inputShapes": [value.shape for value in inputs],
        "outputs": outputs.ravel().tolist(),
    }


# Keras 2 sequential: a mixed-precision policy, L2, batch normalisation with its axis in a list, a leaky ReLU layer,
# an orthogonal initialiser, constraints; gzip-compressed chunks and a list of layer names in two attributes.
kernel, bias = draw(3, 2, 4), draw(4)
gamma, beta, mean, variance = draw(4), draw(4), draw(4), np.abs(draw(4)) + np.float32(0.5)
out_kernel, out_bias = draw(24, 3), draw(3)
policy = {"class_name": "Policy", "config": {"name": "mixed_float16"}}
save(
    "sequential-keras2.h5.bin",
    "2.4.0",
    {
        "class_name": "Sequential",
        "config": {
            "name": "sequential",
            "layers": [
                {
                    "class_name": "InputLayer",
                    "config": {"batch_input_shape": [None, 6, 2], "dtype": "float32", "sparse": False, "ragged": False, "name": "conv1d_input"},
                },
                {
                    "class_name": "Conv1D",
                    "config": {
                        "name": "conv1d", "trainable": True, "batch_input_shape": [None, 6, 2], "dtype": policy, "filters": 4,
                        "kernel_size": [3], "strides": [1], "padding": "same", "data_format": "channels_last", "dilation_rate": [1],
                        "groups": 1, "activation": "linear", "use_bias": True, "kernel_initializer": initializer("Orthogonal"),
                        "bias_initializer": {"class_name": "Zeros", "config": {}},
                        "kernel_regularizer": {"class_name": "L2", "config": {"l2": 0.0005}}, "bias_regularizer": None,
                        "activity_regularizer": None, "kernel_constraint": {"class_name": "MaxNorm", "config": {"max_value": 2, "axis": 0}},
                        "bias_constraint": None,
                    },
                },
                {
                    "class_name": "BatchNormalization",
                    "config": {
                        "name": "batch_normalization", "trainable": True, "dtype": policy, "axis": [2], "momentum": 0.99, "epsilon": 0.001,
                        "center": True, "scale": True, "beta_initializer": initializer("Zeros"), "gamma_initializer": initializer("Ones"),
                        "moving_mean_initializer": initializer("Zeros"), "moving_variance_initializer": initializer("Ones"),
                        "beta_regularizer": None, "gamma_regularizer": None, "beta_constraint": None, "gamma_constraint": None,
                    },
                },
                {"class_name": "ReLU", "config": {"name": "re_lu", "trainable": True, "dtype": policy, "max_value": None, "negative_slope": 0.25, "threshold": 0.0}},
                {"class_name": "Flatten", "config": {"name": "flatten", "trainable": True, "dtype": policy, "data_format": "channels_last"}},
                {
                    "class_name": "Dense",
                    "config": {
                        "name": "dense", "trainable": True, "dtype": "float32", "units": 3, "activation": "softmax", "use_bias": True,
                        "kernel_initializer": initializer("LecunNormal"), "bias_initializer": initializer("Zeros"), "kernel_regularizer": None,
                        "bias_regularizer": None, "activity_regularizer": None, "kernel_constraint": None, "bias_constraint": None,
                    },
                },
            ],
        },
    },
    [
        ("conv1d", [("conv1d/kernel:0", kernel), ("conv1d/bias:0", bias)]),
        (
            "batch_normalization",
            [
                ("batch_normalization/gamma:0", gamma), ("batch_normalization/beta:0", beta),
                ("batch_normalization/moving_mean:0", mean), ("batch_normalization/moving_variance:0", variance),
            ],
        ),
        ("re_lu", []),
        ("flatten", []),
        ("dense", [("dense/kernel:0", out_kernel), ("dense/bias:0", out_bias)]),
    ],
    chunk_names=True,
    compress=True,
)
x = draw(2, 6, 2)
h = batch_norm(conv1d_same(x, kernel, bias), gamma, beta, mean, variance, 0.001)
h = np.where(h > 0, h, 0.25 * h)
expect("sequential-keras2", [x], softmax(dense(h.reshape(2, 24), out_kernel, out_bias)))

# Keras 2 functional: two inputs through one shared dense layer, a nested functional model with two layers and a batch
# normalisation (its weights: trainable ones first), an addition; weights in double precision.
shared_kernel, shared_bias = draw(3, 4), draw(4)
inner_kernel, inner_bias = draw(4, 4), draw(4)
inner2_kernel, inner2_bias = draw(4, 4), draw(4)
gamma, beta, mean, variance = draw(4), draw(4), draw(4), np.abs(draw(4)) + np.float32(0.5)
out_kernel, out_bias = draw(4, 1), draw(1)


def dense_layer(name, units, activation, nodes):
    return {
        "class_name": "Dense",
        "name": name,
        "inbound_nodes": nodes,
        "config": {
            "name": name, "trainable": True, "dtype": "float32", "units": units, "activation": activation, "use_bias": True,
            "kernel_initializer": initializer(), "bias_initializer": initializer("Zeros"), "kernel_regularizer": None,
            "bias_regularizer": None, "activity_regularizer": None, "kernel_constraint": None, "bias_constraint": None,
        },
    }


def input_layer(name, shape):
    return {
        "class_name": "InputLayer",
        "name": name,
        "inbound_nodes": [],
        "config": {"batch_input_shape": [None, *shape], "dtype": "float32", "sparse": False, "ragged": False, "name": name},
    }


inner = {
    "name": "block",
    "layers": [
        input_layer("block_in", [4]),
        dense_layer("block_a", 4, "silu", [[["block_in", 0, 0, {}]]]),
        {
            "class_name": "BatchNormalization",
            "name": "block_bn",
            "inbound_nodes": [[["block_a", 0, 0, {}]]],
            "config": {"name": "block_bn", "trainable": True, "dtype": "float32", "axis": [1], "momentum": 0.99, "epsilon": 0.01, "center": True, "scale": True},
        },
        dense_layer("block_b", 4, "relu", [[["block_bn", 0, 0, {}]]]),
    ],
    "input_layers": [["block_in", 0, 0]],
    "output_layers": [["block_b", 0, 0]],
}
save(
    "functional-keras2.h5.bin",
    "2.9.0",
    {
        "class_name": "Functional",
        "config": {
            "name": "model",
            "layers": [
                input_layer("left", [3]),
                input_layer("right", [3]),
                dense_layer("shared", 4, "tanh", [[["left", 0, 0, {}]], [["right", 0, 0, {}]]]),
                {"class_name": "Functional", "name": "block", "inbound_nodes": [[["shared", 0, 0, {}]]], "config": inner},
                {
                    "class_name": "Add", "name": "add", "inbound_nodes": [[["block", 1, 0, {}], ["shared", 1, 0, {}]]],
                    "config": {"name": "add", "trainable": True, "dtype": "float32"},
                },
                dense_layer("out", 1, "sigmoid", [[["add", 0, 0, {}]]]),
            ],
            "input_layers": [["left", 0, 0], ["right", 0, 0]],
            "output_layers": [["out", 0, 0]],
        },
    },
    [
        ("left", []),
        ("right", []),
        ("shared", [("shared/kernel:0", shared_kernel), ("shared/bias:0", shared_bias)]),
        (
            "block",
            [
                ("block_a/kernel:0", inner_kernel), ("block_a/bias:0", inner_bias), ("block_bn/gamma:0", gamma), ("block_bn/beta:0", beta),
                ("block_b/kernel:0", inner2_kernel), ("block_b/bias:0", inner2_bias),
                ("block_bn/moving_mean:0", mean), ("block_bn/moving_variance:0", variance),
            ],
        ),
        ("add", []),
        ("out", [("out/kernel:0", out_kernel), ("out/bias:0", out_bias)]),
    ],
    dtype=np.float64,
)
left, right = draw(2, 3), draw(2, 3)
one = np.tanh(dense(left, shared_kernel, shared_bias))
two = np.tanh(dense(right, shared_kernel, shared_bias))
h = dense(one, inner_kernel, inner_bias)
h = batch_norm(h / (1 + np.exp(-h)), gamma, beta, mean, variance, 0.01)
h = np.maximum(0, dense(h, inner2_kernel, inner2_bias)) + two
expect("functional-keras2", [left, right], 1 / (1 + np.exp(-dense(h, out_kernel, out_bias))))

# Keras 3 functional, saved as HDF5: shapes as batch_shape, a dtype policy object, tensors inside call arguments, one
# input and output without lists around them, weight names without scopes, a leaky ReLU with its new argument name.
kernel, bias = draw(3, 5), draw(5)
out_kernel, out_bias = draw(5, 2), draw(2)
policy = {"module": "keras", "class_name": "DTypePolicy", "config": {"name": "float32"}, "registered_name": None}


def keras3_layer(class_name, name, config, sources):
    args = [
        {"class_name": "__keras_tensor__", "config": {"shape": [None, 5], "dtype": "float32", "keras_history": [source, 0, 0]}} for source in sources
    ]
    return {
        "module": "keras.layers", "class_name": class_name, "name": name, "registered_name": None, "build_config": {"input_shape": [None, 5]},
        "config": {"name": name, "trainable": True, "dtype": policy, **config},
        "inbound_nodes": [{"args": args, "kwargs": {}}] if sources else [],
    }


def keras3_dense(name, units, activation, source):
    object_of = lambda what: {"module": "keras.initializers", "class_name": what, "config": {}, "registered_name": None}
    config = {
        "units": units, "activation": activation, "use_bias": True, "kernel_initializer": object_of("GlorotUniform"),
        "bias_initializer": object_of("Zeros"), "kernel_regularizer": {"module": "keras.regularizers", "class_name": "L2", "config": {"l2": 0.01}, "registered_name": None},
        "bias_regularizer": None, "kernel_constraint": None, "bias_constraint": None,
    }
    return keras3_layer("Dense", name, config, [source])


save(
    "functional-keras3.h5.bin",
    "3.3.3",
    {
        "class_name": "Functional",
        "config": {
            "name": "functional", "trainable": True,
            "layers": [
                {
                    "module": "keras.layers", "class_name": "InputLayer", "name": "input_layer", "registered_name": None, "inbound_nodes": [],
                    "config": {"batch_shape": [None, 3], "dtype": "float32", "sparse": False, "name": "input_layer"},
                },
                keras3_dense("dense", 5, "linear", "input_layer"),
                keras3_layer("LeakyReLU", "leaky_re_lu", {"negative_slope": 0.125}, ["dense"]),
                keras3_dense("dense_1", 2, "softmax", "leaky_re_lu"),
            ],
            "input_layers": ["input_layer", 0, 0],
            "output_layers": ["dense_1", 0, 0],
        },
        "module": "keras", "registered_name": "Functional",
    },
    [
        ("input_layer", []),
        ("dense", [("kernel", kernel), ("bias", bias)]),
        ("leaky_re_lu", []),
        ("dense_1", [("kernel", out_kernel), ("bias", out_bias)]),
    ],
)
x = draw(2, 3)
h = dense(x, kernel, bias)
h = np.where(h > 0, h, 0.125 * h)
expect("functional-keras3", [x], softmax(dense(h, out_kernel, out_bias)))

# Weights without a network, as `save_weights` writes them.
with h5py.File("weights-only.h5.bin", "w") as file:
    file.attrs["layer_names"] = [b"dense"]
    file.create_group("dense").attrs["weight_names"] = [b"dense/kernel:0"]
    file["dense"].create_dataset("dense/kernel:0", data=draw(2, 2))

with open("expected.json", "w") as file:
    json.dump(expected, file, indent=1)
    file.write("\n")
