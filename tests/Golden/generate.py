#!/usr/bin/python3
"""Writes the golden files beside this script: inputs, outputs and gradients of PyTorch, computed in double precision from
float32 inputs and stored as float32. README.md says what is in them and how to run this again."""
import json
import math
import pathlib
import warnings
import zlib

import numpy
import torch
import torch.nn.functional as F
import torchvision

FOLDER = pathlib.Path(__file__).resolve().parent
torch.set_num_threads(1)
torch.use_deterministic_algorithms(True)


# ---- safetensors: 8-byte little-endian header length, JSON header, raw data without gaps -------------------------------

def write_safetensors(path, tensors, metadata):
    """tensors: name -> numpy array of float32 or int64. metadata: name -> string."""
    header, offset, chunks = {"__metadata__": metadata}, 0, []
    # Wider elements first, so that every tensor is aligned to its own element size.
    for name, value in sorted(tensors.items(), key=lambda item: -item[1].dtype.itemsize):
        kind = {"float32": "F32", "int64": "I64"}[value.dtype.name]
        data = numpy.ascontiguousarray(value).astype(value.dtype.newbyteorder("<")).tobytes()
        header[name] = {"dtype": kind, "shape": list(value.shape), "data_offsets": [offset, offset + len(data)]}
        offset += len(data)
        chunks.append(data)
    text = json.dumps(header, separators=(",", ":")).encode()
    text += b" " * (-len(text) % 8)
    path.write_bytes(len(text).to_bytes(8, "little") + text + b"".join(chunks))


class GoldenFile:
    """Cases of one operator family; a case's random numbers depend on its name alone, so adding one changes no other."""

    def __init__(self, name):
        self.name, self.tensors, self.metadata = name, {}, {}

    def random(self, case):
        return numpy.random.default_rng(zlib.crc32(f"{self.name}/{case}".encode()))

    def put(self, case, name, value):
        value = value.detach().numpy() if isinstance(value, torch.Tensor) else numpy.asarray(value)
        assert numpy.isfinite(value).all(), (case, name)
        self.tensors[f"{case}.{name}"] = value.astype(numpy.int64 if value.dtype.kind == "i" else numpy.float32)

    def describe(self, case, parameters):
        assert case not in self.metadata, case
        self.metadata[case] = json.dumps(parameters)

    def record(self, case, parameters, function, values, d_output=None):
        """Runs function(**tensors) on double copies of the float32 values and stores everything with its gradients."""
        self.describe(case, parameters)
        tensors = {name: torch.tensor(value, dtype=torch.float64, requires_grad=True) for name, value in values.items()}
        output = function(tensors)
        if d_output is None:
            d_output = normal(self.random(case + "/d_output"), output.shape)
        output.backward(torch.tensor(d_output, dtype=torch.float64))
        for name, value in values.items():
            self.put(case, name, value)
        self.put(case, "output", output)
        self.put(case, "d_output", d_output)
        for name, tensor in tensors.items():
            self.put(case, "d_" + name, tensor.grad)

    def save(self):
        write_safetensors(FOLDER / f"{self.name}.safetensors", self.tensors, self.metadata)


def normal(random, shape, scale=1.0, shift=0.0):
    return (random.standard_normal(tuple(shape)) * scale + shift).astype(numpy.float32)


# ---- convolutions ------------------------------------------------------------------------------------------------------

def same_padding(size, kernel, stride, dilation):
    """TensorFlow's SAME for one axis: (before, after)."""
    out = -(-size // stride)
    total = max(0, (out - 1) * stride + (kernel - 1) * dilation + 1 - size)
    return total // 2, total - total // 2


def convolution_case(file, case, shape, outputs, kernel, stride=(1, 1), padding=(0, 0, 0, 0), dilation=(1, 1), groups=1,
                     bias=True):
    """padding: "same" or (top, bottom, left, right)."""
    random = file.random(case)
    n, c, h, w = shape
    same = padding == "same"
    if same:
        padding = (same_padding(h, kernel[0], stride[0], dilation[0]) + same_padding(w, kernel[1], stride[1], dilation[1]))
    top, bottom, left, right = padding
    fan_in = c // groups * kernel[0] * kernel[1]
    values = {"input": normal(random, shape), "weight": normal(random, (outputs, c // groups) + kernel, fan_in ** -0.5)}
    if bias:
        values["bias"] = normal(random, (outputs,))
    parameters = {"kernel": kernel, "stride": stride, "padding": padding, "same": same, "dilation": dilation,
                  "groups": groups, "bias": bias}
    file.record(case, parameters, lambda t: F.conv2d(F.pad(t["input"], (left, right, top, bottom)), t["weight"],
                                                     t.get("bias"), stride, 0, dilation, groups), values)
    if same:
        assert file.tensors[f"{case}.output"].shape[2:] == (-(-h // stride[0]), -(-w // stride[1]))


def convolution():
    file = GoldenFile("convolution")

    def case(name, shape, outputs, kernel, **options):
        convolution_case(file, name, shape, outputs, kernel, **options)

    case("k1", (2, 8, 7, 5), 17, (1, 1))
    case("k1_no_bias", (3, 17, 7, 5), 8, (1, 1), bias=False)
    case("k1_one_channel", (1, 1, 7, 5), 1, (1, 1))
    case("k1_stride2", (2, 5, 7, 5), 8, (1, 1), stride=(2, 2))
    case("k1_groups4", (2, 8, 7, 5), 12, (1, 1), groups=4)
    case("k3", (2, 3, 7, 5), 8, (3, 3), padding=(1, 1, 1, 1))
    case("k3_valid", (1, 5, 7, 5), 3, (3, 3), bias=False)
    case("k3_one_pixel", (2, 5, 1, 1), 8, (3, 3), padding=(1, 1, 1, 1))
    case("k3_channels17", (1, 17, 7, 5), 17, (3, 3), padding=(1, 1, 1, 1), bias=False)
    case("k3_stride2", (3, 3, 7, 5), 8, (3, 3), stride=(2, 2), padding=(1, 1, 1, 1), bias=False)
    case("k3_stride2_even", (2, 3, 8, 6), 8, (3, 3), stride=(2, 2), padding=(1, 1, 1, 1))
    case("k3_stride2x1", (2, 3, 7, 5), 5, (3, 3), stride=(2, 1), padding=(1, 1, 1, 1))
    case("k3_dilation2", (2, 3, 7, 5), 5, (3, 3), dilation=(2, 2), padding=(2, 2, 2, 2))
    case("k3_asymmetric", (2, 3, 7, 5), 5, (3, 3), padding=(0, 1, 2, 1))
    case("k3_stride2_asymmetric", (2, 3, 7, 5), 5, (3, 3), stride=(2, 2), padding=(1, 2, 0, 1))
    case("k3_same", (2, 3, 7, 5), 5, (3, 3), padding="same")
    case("k3_same_stride2_odd", (2, 3, 7, 5), 5, (3, 3), stride=(2, 2), padding="same", bias=False)
    case("k3_same_stride2_even", (2, 3, 8, 6), 5, (3, 3), stride=(2, 2), padding="same", bias=False)
    case("k3_same_stride2_mixed", (1, 3, 8, 5), 8, (3, 3), stride=(2, 2), padding="same")
    case("k3_same_dilation2", (1, 3, 8, 5), 5, (3, 3), dilation=(2, 2), padding="same")
    case("k3_groups2", (2, 8, 7, 5), 6, (3, 3), padding=(1, 1, 1, 1), groups=2)
    case("k3_groups4_stride2", (2, 8, 7, 5), 4, (3, 3), stride=(2, 2), padding=(1, 1, 1, 1), groups=4, bias=False)
    case("k3_groups_multiplier2", (2, 5, 7, 5), 10, (3, 3), padding=(1, 1, 1, 1), groups=5)
    case("k5", (2, 3, 7, 5), 5, (5, 5), padding=(2, 2, 2, 2))
    case("k5_same_stride2_even", (1, 3, 8, 6), 5, (5, 5), stride=(2, 2), padding="same", bias=False)
    case("k1x7", (2, 3, 7, 5), 5, (1, 7), padding=(0, 0, 3, 3))
    case("k2", (2, 3, 7, 5), 5, (2, 2))
    case("k2_stride2", (2, 5, 8, 6), 3, (2, 2), stride=(2, 2), bias=False)
    case("k2_same", (2, 3, 7, 5), 5, (2, 2), padding="same")
    file.save()


def depthwise():
    file = GoldenFile("depthwise")

    def case(name, shape, kernel, **options):
        convolution_case(file, name, shape, shape[1], (kernel, kernel), groups=shape[1], **options)

    case("k3", (2, 4, 7, 5), 3, padding=(1, 1, 1, 1), bias=False)
    case("k3_bias", (2, 4, 7, 5), 3, padding=(1, 1, 1, 1))
    case("k3_one_channel", (3, 1, 7, 5), 3, padding=(1, 1, 1, 1), bias=False)
    case("k3_one_pixel", (2, 19, 1, 1), 3, padding=(1, 1, 1, 1), bias=False)
    case("k3_channels19", (2, 19, 7, 5), 3, padding=(1, 1, 1, 1))
    case("k3_channels32", (1, 32, 7, 5), 3, padding=(1, 1, 1, 1), bias=False)
    case("k3_stride2", (2, 19, 7, 5), 3, stride=(2, 2), padding=(1, 1, 1, 1), bias=False)
    case("k3_stride2_even", (2, 4, 8, 6), 3, stride=(2, 2), padding=(1, 1, 1, 1), bias=False)
    case("k3_valid", (1, 4, 7, 5), 3, bias=False)
    case("k3_dilation2", (2, 4, 7, 5), 3, dilation=(2, 2), padding=(2, 2, 2, 2), bias=False)
    case("k3_same_stride2_odd", (2, 4, 7, 5), 3, stride=(2, 2), padding="same", bias=False)
    case("k3_same_stride2_even", (2, 4, 8, 6), 3, stride=(2, 2), padding="same", bias=False)
    case("k3_same_dilation2", (1, 4, 8, 5), 3, dilation=(2, 2), padding="same")
    case("k5", (2, 4, 7, 5), 5, padding=(2, 2, 2, 2), bias=False)
    case("k5_channels32", (1, 32, 7, 5), 5, padding=(2, 2, 2, 2))
    case("k5_stride2", (2, 19, 7, 5), 5, stride=(2, 2), padding=(2, 2, 2, 2), bias=False)
    case("k5_same_stride2_even", (2, 4, 8, 6), 5, stride=(2, 2), padding="same", bias=False)
    case("k5_same_stride2_odd", (1, 19, 7, 5), 5, stride=(2, 2), padding="same", bias=False)
    file.save()


# ---- normalisation and pointwise functions -----------------------------------------------------------------------------

ACTIVATIONS = {
    "none": lambda x: x, "relu": F.relu, "relu6": F.relu6, "silu": F.silu, "sigmoid": torch.sigmoid,
    "hardsigmoid": F.hardsigmoid, "hardswish": F.hardswish,
    "gelu_erf": lambda x: F.gelu(x, approximate="none"), "gelu_tanh": lambda x: F.gelu(x, approximate="tanh"),
}
# Where the derivative jumps: a value this close to one would make a float32 gradient a matter of luck.
KINKS = {"relu": [0], "relu6": [0, 6], "hardsigmoid": [-3, 3], "hardswish": [-3, 3]}
KINK_MARGIN = 1e-3


def clear_of_kinks(activation, x):
    return all((x - kink).abs().min() > KINK_MARGIN for kink in KINKS.get(activation, []))


def batchnorm():
    file = GoldenFile("batchnorm")

    def case(name, shape, training, eps, activation, momentum=0.1):
        channels, random, stats = shape[1], file.random(name), {}

        def normalise(t):
            stats["mean"] = torch.tensor(values["running_mean"], dtype=torch.float64)
            stats["var"] = torch.tensor(values["running_var"], dtype=torch.float64)
            return F.batch_norm(t["input"], stats["mean"], stats["var"], t["weight"], t["bias"], training, momentum, eps)

        while True:  # draws again until no pre-activation lies at a kink
            values = {
                "input": normal(random, shape) * normal(random, (1, channels, 1, 1), 0.4, 1.5)
                + normal(random, (1, channels, 1, 1)),
                "weight": normal(random, (channels,), 0.3, 1.5), "bias": normal(random, (channels,), 1.0, 1.0),
                "running_mean": normal(random, (channels,), 0.5),
                "running_var": random.uniform(0.5, 2.0, channels).astype(numpy.float32)}
            if clear_of_kinks(activation, normalise({key: torch.tensor(v, dtype=torch.float64) for key, v in values.items()})):
                break
        learned = {key: values[key] for key in ("input", "weight", "bias")}
        file.record(name, {"training": training, "eps": eps, "momentum": momentum, "activation": activation},
                    lambda t: ACTIVATIONS[activation](normalise(t)), learned)
        file.put(name, "running_mean", values["running_mean"])
        file.put(name, "running_var", values["running_var"])
        if training:
            file.put(name, "running_mean_after", stats["mean"])
            file.put(name, "running_var_after", stats["var"])

    shapes = {"none": (2, 5, 7, 5), "relu": (3, 3, 4, 5), "relu6": (2, 8, 3, 5), "silu": (2, 17, 3, 3)}
    for activation, shape in shapes.items():
        for training in (True, False):
            for eps in (1e-5, 1e-3):
                mode = "training" if training else "inference"
                case(f"{mode}_{activation}_eps{eps:.0e}".replace("e-0", "e-"), shape, training, eps, activation)
    case("training_two_values", (2, 4, 1, 1), True, 1e-3, "none")
    case("training_one_channel", (1, 1, 7, 5), True, 1e-5, "none")
    case("training_momentum0.01", (2, 5, 4, 3), True, 1e-3, "none", momentum=0.01)
    file.save()


def activations():
    file = GoldenFile("activations")
    near_kinks = [kink + sign * step for kink in (-3, 0, 3, 6) for sign in (-1, 1) for step in (0.01, 0.1)]
    far = [sign * size for sign in (-1, 1) for size in (15, 30, 60, 90)]
    count = 2 * 3 * 5 * 7 - len(near_kinks) - len(far)
    grid = numpy.array(far + near_kinks + list(numpy.linspace(-11.93, 12.07, count)), numpy.float32).reshape(2, 3, 5, 7)
    for name, function in ACTIVATIONS.items():
        if name != "none":
            assert clear_of_kinks(name, torch.tensor(grid)), name
            file.record(name, {"activation": name}, lambda t: function(t["input"]), {"input": grid})
    file.save()


# ---- blocks ------------------------------------------------------------------------------------------------------------

def squeeze_excite():
    file = GoldenFile("squeeze_excite")
    modules = {"relu": torch.nn.ReLU, "silu": torch.nn.SiLU, "sigmoid": torch.nn.Sigmoid, "hardsigmoid": torch.nn.Hardsigmoid}
    for activation, gate in (("silu", "sigmoid"), ("relu", "sigmoid"), ("relu", "hardsigmoid")):
        for width, shape in ((1, (2, 4, 3, 5)), (4, (1, 17, 7, 5)), (6, (3, 24, 2, 3))):
            name, channels = f"{activation}_{gate}_width{width}", shape[1]
            block = torchvision.ops.misc.SqueezeExcitation(channels, width, modules[activation], modules[gate]).double()
            random, seen = file.random(name), {}
            # Both kinds of squeezed value should occur with a ReLU: biases of both signs, and at least one unit alive.
            block.fc1.register_forward_hook(lambda m, i, o: seen.update(fc1=o))
            block.fc2.register_forward_hook(lambda m, i, o: seen.update(fc2=o))
            while True:
                values = {
                    "input": normal(random, shape) + normal(random, shape[:2] + (1, 1)),
                    "fc1.weight": normal(random, (width, channels, 1, 1), 2 * channels ** -0.5),
                    "fc1.bias": normal(random, (width,), 0.5),
                    "fc2.weight": normal(random, (channels, width, 1, 1), 1.5 * width ** -0.5),
                    "fc2.bias": normal(random, (channels,))}

                def apply(t):
                    weights = {key: value for key, value in t.items() if key != "input"}
                    return torch.nn.utils.stateless.functional_call(block, weights, t["input"])

                apply({key: torch.tensor(value, dtype=torch.float64) for key, value in values.items()})
                if clear_of_kinks(activation, seen["fc1"]) and clear_of_kinks(gate, seen["fc2"]) and (seen["fc1"] > 0.1).any():
                    break
            file.record(name, {"activation": activation, "gate": gate, "squeeze": width}, apply, values)
    file.save()


def attention():
    file = GoldenFile("attention")

    def case(heads, embed, shape, scale=1.0, suffix=""):
        n, h, w = shape
        name = f"heads{heads}_embed{embed}_tokens{h * w}{suffix}"
        random, d = file.random(name), embed // heads

        def apply(t):
            tokens = t["input"].flatten(2).transpose(1, 2)
            qkv = F.linear(tokens, t["in_proj_weight"], t["in_proj_bias"])
            q, k, v = qkv.reshape(n, h * w, 3, heads, d).permute(2, 0, 3, 1, 4)
            mixed = torch.softmax(q @ k.transpose(-2, -1) / math.sqrt(d), -1) @ v
            out = F.linear(mixed.transpose(1, 2).reshape(n, h * w, embed), t["out_proj.weight"], t["out_proj.bias"])
            return out.transpose(1, 2).reshape(n, embed, h, w)

        values = {
            "input": normal(random, (n, embed, h, w)),
            "in_proj_weight": normal(random, (3 * embed, embed), scale * embed ** -0.5),
            "in_proj_bias": normal(random, (3 * embed,), 0.3),
            "out_proj.weight": normal(random, (embed, embed), embed ** -0.5),
            "out_proj.bias": normal(random, (embed,), 0.3)}
        file.record(name, {"heads": heads, "embed": embed}, apply, values)

        module = torch.nn.MultiheadAttention(embed, heads, batch_first=True).double()
        module.load_state_dict({key: torch.tensor(value) for key, value in values.items() if key != "input"})
        tokens = torch.tensor(values["input"]).double().flatten(2).transpose(1, 2)
        same = module(tokens, tokens, tokens, need_weights=False)[0].transpose(1, 2).reshape(n, embed, h, w)
        assert numpy.allclose(file.tensors[name + ".output"], same.detach().numpy(), rtol=1e-6, atol=1e-6)

    case(1, 8, (2, 1, 1))
    case(1, 8, (2, 3, 3))
    case(2, 8, (1, 5, 7))
    case(4, 8, (3, 3, 3))
    case(2, 16, (2, 3, 3))
    case(4, 16, (1, 5, 7))
    case(1, 24, (1, 3, 3))
    case(4, 24, (1, 1, 1))
    case(2, 24, (1, 5, 7))
    case(2, 8, (1, 3, 3), scale=6.0, suffix="_sharp")
    file.save()


def cross_entropy():
    file = GoldenFile("cross_entropy")

    def case(name, rows, classes, smoothing, scale=2.0):
        random = file.random(name)
        labels = random.integers(0, classes, rows)
        labels[0], labels[-1] = 0, classes - 1
        values = {"input": normal(random, (rows, classes), scale)}
        parameters = {"label_smoothing": smoothing, "reduction": "mean", "classes": classes}
        file.record(name, parameters, lambda t: F.cross_entropy(
            t["input"], torch.tensor(labels), label_smoothing=smoothing).reshape(1), values, numpy.ones(1, numpy.float32))
        file.put(name, "labels", labels)
        file.put(name, "row_losses", F.cross_entropy(torch.tensor(values["input"]).double(), torch.tensor(labels),
                                                     reduction="none", label_smoothing=smoothing))

    for smoothing in (0.0, 0.1):
        suffix = f"smoothing{smoothing}"
        case(f"classes2_{suffix}", 5, 2, smoothing)
        case(f"classes10_{suffix}", 4, 10, smoothing)
        case(f"classes37_{suffix}", 7, 37, smoothing)
        case(f"classes10_large_{suffix}", 6, 10, smoothing, scale=200.0)
    case("one_row_smoothing0.0", 1, 10, 0.0)

    def map_case(name, shape, ignored, smoothing):
        random = file.random(name)
        labels = random.integers(0, shape[1], (shape[0],) + shape[2:])
        labels[random.random(labels.shape) < 0.3] = ignored
        parameters = {"label_smoothing": smoothing, "reduction": "mean", "classes": shape[1], "ignore_index": ignored}
        file.record(name, parameters, lambda t: F.cross_entropy(
            t["input"], torch.tensor(labels), label_smoothing=smoothing, ignore_index=ignored).reshape(1),
            {"input": normal(random, shape, 2.0)}, numpy.ones(1, numpy.float32))
        file.put(name, "labels", labels)

    def mixed_case(name, rows, classes, smoothing):
        random = file.random(name)
        labels, second = random.integers(0, classes, rows), random.integers(0, classes, rows)
        share = random.random(rows).astype(numpy.float32)

        def loss(logits, target):
            return F.cross_entropy(logits, torch.tensor(target), reduction="none", label_smoothing=smoothing)

        parameters = {"label_smoothing": smoothing, "reduction": "mean", "classes": classes, "mixed": True}
        weight = torch.tensor(share, dtype=torch.float64)
        file.record(name, parameters, lambda t: (
            weight * loss(t["input"], labels) + (1 - weight) * loss(t["input"], second)).mean().reshape(1),
            {"input": normal(random, (rows, classes), 2.0)}, numpy.ones(1, numpy.float32))
        file.put(name, "labels", labels)
        file.put(name, "labels2", second)
        file.put(name, "share", share)

    for smoothing in (0.0, 0.1):
        map_case(f"map_ignoring255_smoothing{smoothing}", (2, 5, 3, 4), 255, smoothing)
        mixed_case(f"mixed_smoothing{smoothing}", 6, 10, smoothing)
    map_case("map_ignoring_a_class_smoothing0.1", (1, 4, 5, 2), 2, 0.1)
    file.save()


def elementwise_loss():
    file = GoldenFile("elementwise_loss")
    losses = {
        "SquaredError": (1.0, F.mse_loss),
        "AbsoluteError": (1.0, F.l1_loss),
        "SmoothL1": (0.5, lambda x, t, reduction: F.smooth_l1_loss(x, t, reduction=reduction, beta=0.5)),
        "Huber": (0.7, lambda x, t, reduction: F.huber_loss(x, t, reduction=reduction, delta=0.7)),
        "BinaryCrossEntropy": (1.0, lambda x, t, reduction: F.binary_cross_entropy_with_logits(x, t, reduction=reduction))}
    for kind, (delta, loss) in losses.items():
        for weighted in (False, True):
            name, shape = kind + ("_weighted" if weighted else ""), (2, 3, 4, 5)
            random = file.random(name)
            target = random.random(shape).astype(numpy.float32) if kind == "BinaryCrossEntropy" else normal(random, shape)
            weights = (random.random(shape) * (random.random(shape) < 0.6)).astype(numpy.float32)
            t, w = torch.tensor(target, dtype=torch.float64), torch.tensor(weights, dtype=torch.float64)

            def apply(v):
                if not weighted:
                    return loss(v["input"], t, reduction="mean").reshape(1)
                return ((w * loss(v["input"], t, reduction="none")).sum() / w.sum()).reshape(1)

            file.record(name, {"kind": kind, "delta": delta}, apply, {"input": normal(random, shape, 1.5)}, numpy.ones(1, numpy.float32))
            file.put(name, "target", target)
            if weighted:
                file.put(name, "weights", weights)
    file.save()


def pool_linear():
    file = GoldenFile("pool_linear")

    def case(name, function, shapes, scales=None):
        random = file.random(name)
        values = {key: normal(random, shape, (scales or {}).get(key, 1.0)) for key, shape in shapes.items()}
        file.record(name, {}, function, values)

    for name, shape in (("", (2, 5, 7, 5)), ("_one_pixel", (3, 8, 1, 1)), ("_channels17", (1, 17, 4, 4))):
        case("global_average_pool" + name, lambda t: F.adaptive_avg_pool2d(t["input"], 1), {"input": shape})
    for name, (rows, inputs, outputs) in (("", (3, 17, 10)), ("_one_row", (1, 24, 37)), ("_one_output", (4, 5, 1))):
        case("linear" + name, lambda t: F.linear(t["input"], t["weight"], t["bias"]),
             {"input": (rows, inputs), "weight": (outputs, inputs), "bias": (outputs,)}, {"weight": inputs ** -0.5})
    case("linear_no_bias", lambda t: F.linear(t["input"], t["weight"]), {"input": (3, 8), "weight": (5, 8)})
    case("concat", lambda t: torch.cat([t["input_0"], t["input_1"], t["input_2"]], 1),
         {"input_0": (2, 3, 4, 5), "input_1": (2, 8, 4, 5), "input_2": (2, 5, 4, 5)})
    case("weighted_sum", lambda t: 0.5 * t["input_0"] - 2 * t["input_1"] + t["input_2"],
         {"input_0": (2, 5, 3, 4), "input_1": (2, 5, 3, 4), "input_2": (2, 5, 3, 4)})
    case("add", lambda t: t["input_0"] + t["input_1"], {"input_0": (2, 5, 3, 4), "input_1": (2, 5, 3, 4)})
    file.save()


# ---- training ----------------------------------------------------------------------------------------------------------

class TensorFlowRmsProp:
    """RMSprop as TensorFlow has it, written out: torch has it not. The same steps as timm's RMSpropTF."""

    def __init__(self, size, alpha=0.9, eps=1e-10, momentum=0.0, centered=False, weight_decay=0.0):
        self.alpha, self.eps, self.momentum, self.centered, self.decay = alpha, eps, momentum, centered, weight_decay
        self.square, self.mean, self.buffer = numpy.ones(size), numpy.zeros(size), numpy.zeros(size)

    def step(self, weight, gradient, rate):
        gradient = gradient + self.decay * weight
        self.square += (1 - self.alpha) * (gradient ** 2 - self.square)
        spread = self.square
        if self.centered:
            self.mean += (1 - self.alpha) * (gradient - self.mean)
            spread = self.square - self.mean ** 2
        root = numpy.sqrt(spread + self.eps)
        if not self.momentum:
            return weight - rate * gradient / root
        self.buffer = self.momentum * self.buffer + rate * gradient / root
        return weight - self.buffer


class Lion:
    """Algorithm 2 of Chen et al. 2023 (arXiv:2302.06675), written out: torch has it not."""

    def __init__(self, size, betas=(0.9, 0.99), weight_decay=0.0):
        self.betas, self.decay, self.momentum = betas, weight_decay, numpy.zeros(size)

    def step(self, weight, gradient, rate):
        first, second = self.betas
        direction = numpy.sign(first * self.momentum + (1 - first) * gradient)
        self.momentum = second * self.momentum + (1 - second) * gradient
        return weight - rate * (direction + self.decay * weight)


class TorchOptimiser:
    """One of torch's, with the interface of the two above."""

    def __init__(self, start, kind, **settings):
        self.vector = torch.tensor(start, dtype=torch.float64, requires_grad=True)
        self.optimiser = kind([self.vector], lr=1.0, **settings)

    def step(self, weight, gradient, rate):
        self.vector.grad = torch.tensor(gradient, dtype=torch.float64)
        self.optimiser.param_groups[0]["lr"] = rate
        self.optimiser.step()
        return self.vector.detach().numpy().copy()


def optimizers():
    file = GoldenFile("optimizers")
    size = 13  # three vectors of four, and one
    rates = [0.1] * 5 + [0.03] * 5  # momentum that holds the rate shows where it changes
    torch_kinds = {"sgd": torch.optim.SGD, "adam": torch.optim.Adam, "adamw": torch.optim.AdamW, "rmsprop": torch.optim.RMSprop}

    def case(name, kind, tensorflow=False, **settings):
        random = file.random(name)
        start, gradients = normal(random, (size,)), normal(random, (len(rates), size))
        if tensorflow:
            optimiser = TensorFlowRmsProp(size, **settings)
        elif kind == "lion":
            optimiser = Lion(size, **settings)
        else:
            optimiser = TorchOptimiser(start, torch_kinds[kind], **settings)
        weight, after = start.astype(numpy.float64), []
        for gradient, rate in zip(gradients.astype(numpy.float64), rates):
            weight = optimiser.step(weight, gradient, rate)
            after.append(weight)
        file.describe(name, {"optimizer": kind, "tensorflow": tensorflow, "learning_rates": rates, **settings})
        file.put(name, "parameters", start)
        file.put(name, "gradients", gradients)
        file.put(name, "parameters_after", numpy.stack(after))

    for decay in (0.0, 0.05):
        end, extra = ("_decay", {"weight_decay": decay}) if decay else ("", {})
        case("sgd" + end, "sgd", momentum=0.0, **extra)
        case("sgd_momentum" + end, "sgd", momentum=0.9, **extra)
        case("sgd_nesterov" + end, "sgd", momentum=0.9, nesterov=True, **extra)
        case("adam" + end, "adam", **extra)
        case("rmsprop" + end, "rmsprop", **extra)
        case("rmsprop_tensorflow" + end, "rmsprop", tensorflow=True, alpha=0.9, eps=1e-3, **extra)
        case("lion" + end, "lion", **extra)
    case("sgd_dampening", "sgd", momentum=0.9, dampening=0.3)
    case("adam_betas", "adam", betas=(0.8, 0.95), eps=1e-2)
    case("adamw", "adamw", weight_decay=0.01)
    case("adamw_decay", "adamw", betas=(0.8, 0.95), weight_decay=0.1)
    case("rmsprop_momentum", "rmsprop", alpha=0.9, momentum=0.8)
    case("rmsprop_centered", "rmsprop", alpha=0.9, centered=True, eps=1e-2)
    case("rmsprop_centered_momentum", "rmsprop", alpha=0.9, centered=True, momentum=0.8, eps=1e-2)
    case("rmsprop_tensorflow_momentum", "rmsprop", tensorflow=True, alpha=0.9, momentum=0.9, eps=1e-3)
    case("rmsprop_tensorflow_centered", "rmsprop", tensorflow=True, alpha=0.9, centered=True, momentum=0.9, eps=1e-3)
    case("lion_betas", "lion", betas=(0.95, 0.8), weight_decay=0.3)

    # A matrix and a bias of a linear layer, whose gradients are clipped together.
    for name, most in (("clip_norm", 1.5), ("clip_norm_not_reached", 1e3)):
        random = file.random(name)
        gradients = [normal(random, (35,)), normal(random, (7,))]
        parameters = [torch.zeros(g.shape, dtype=torch.float64, requires_grad=True) for g in gradients]
        for parameter, gradient in zip(parameters, gradients):
            parameter.grad = torch.tensor(gradient, dtype=torch.float64)
        norm = torch.nn.utils.clip_grad_norm_(parameters, most)
        file.describe(name, {"max_norm": most, "norm": norm.item()})
        for which, gradient, parameter in zip(("weight", "bias"), gradients, parameters):
            file.put(name, which, gradient)
            file.put(name, which + "_clipped", parameter.grad)

    # The same layer's parameters, and their moving average.
    for name, decay, warm_up in (("average", 0.9, False), ("average_warm_up", 0.3, True)):
        random = file.random(name)
        values = normal(random, (8, 42))
        model = torch.nn.ParameterList([torch.nn.Parameter(torch.tensor(values[0], dtype=torch.float64))])
        share = (lambda t: min(decay, (1 + t) / (10 + t))) if warm_up else (lambda t: decay)
        # torch counts its first call, which copies; the updates after it are counted from 0 here.
        average = torch.optim.swa_utils.AveragedModel(
            model, avg_fn=lambda old, new, count: share(int(count) - 1) * old + (1 - share(int(count) - 1)) * new)
        average.update_parameters(model)
        after = []
        for row in values[1:]:
            model[0].data.copy_(torch.tensor(row))
            average.update_parameters(model)
            after.append(next(average.parameters()).detach().clone())
        file.describe(name, {"decay": decay, "warm_up": warm_up})
        file.put(name, "values", values)
        file.put(name, "averages", torch.stack(after))
    file.save()


def schedules():
    result = {}

    def case(name, parameters, rate, build, closed_form, steps=40):
        optimiser = torch.optim.SGD([torch.zeros(1, requires_grad=True)], rate)
        schedule, rates = build(optimiser), []
        for _ in range(steps):
            rates.append(optimiser.param_groups[0]["lr"])
            optimiser.step()
            schedule.step()
        # What torch does by recurrence, said as a formula: the reader's check that both mean the same.
        assert numpy.allclose(rates, [closed_form(i) for i in range(steps)], rtol=1e-9, atol=1e-15), name
        result[name] = {"parameters": parameters, "learning_rates": rates}

    def cosine(start, end, part):
        return end + (start - end) * (1 + math.cos(math.pi * part)) / 2

    lr = torch.optim.lr_scheduler
    for name, steps in (("one_cycle", 40), ("one_cycle_35", 35)):  # peak at step 11, and between two steps at 9.5
        parameters = {"max_lr": 0.1, "total_steps": steps, "pct_start": 0.3, "anneal_strategy": "cos", "div_factor": 25.0,
                      "final_div_factor": 1e4, "three_phase": False, "cycle_momentum": False}
        peak, last = 0.3 * steps - 1, steps - 1
        case(name, parameters, 0.004, lambda o: lr.OneCycleLR(o, **parameters),
             lambda i: cosine(0.004, 0.1, i / peak) if i <= peak else cosine(0.1, 4e-7, (i - peak) / (last - peak)), steps)
    case("cosine", {"base_lr": 0.1, "T_max": 40, "eta_min": 0.001}, 0.1, lambda o: lr.CosineAnnealingLR(o, 40, 0.001),
         lambda i: cosine(0.1, 0.001, i / 40))
    case("cosine_warmup", {"base_lr": 0.1, "warmup_steps": 5, "start_factor": 0.2, "T_max": 35, "eta_min": 0.0,
                           "formula": "i < 5: base_lr*(start_factor + (1-start_factor)*i/5); "
                                      "else eta_min + (base_lr-eta_min)*(1+cos(pi*(i-5)/T_max))/2"}, 0.1,
         lambda o: lr.SequentialLR(o, [lr.LinearLR(o, 0.2, 1.0, 5), lr.CosineAnnealingLR(o, 35, 0.0)], [5]),
         lambda i: 0.1 * (0.2 + 0.8 * i / 5) if i < 5 else cosine(0.1, 0.0, (i - 5) / 35))
    case("step", {"base_lr": 0.1, "step_size": 12, "gamma": 0.5}, 0.1, lambda o: lr.StepLR(o, 12, 0.5),
         lambda i: 0.1 * 0.5 ** (i // 12))
    case("multistep", {"base_lr": 0.1, "milestones": [8, 20, 36], "gamma": 0.3}, 0.1,
         lambda o: lr.MultiStepLR(o, [8, 20, 36], 0.3), lambda i: 0.1 * 0.3 ** sum(i >= m for m in (8, 20, 36)))
    case("linear", {"base_lr": 0.1, "start_factor": 0.25, "end_factor": 1.0, "total_iters": 20}, 0.1,
         lambda o: lr.LinearLR(o, 0.25, 1.0, 20), lambda i: 0.1 * (0.25 + 0.75 * min(i, 20) / 20))
    case("linear_down", {"base_lr": 0.1, "start_factor": 1.0, "end_factor": 0.0, "total_iters": 40}, 0.1,
         lambda o: lr.LinearLR(o, 1.0, 0.0, 40), lambda i: 0.1 * (1 - i / 40))
    case("exponential", {"base_lr": 0.1, "gamma": 0.9}, 0.1, lambda o: lr.ExponentialLR(o, 0.9), lambda i: 0.1 * 0.9 ** i)
    case("polynomial", {"base_lr": 0.1, "total_iters": 32, "power": 2.0}, 0.1, lambda o: lr.PolynomialLR(o, 32, 2.0),
         lambda i: 0.1 * (1 - min(i, 32) / 32) ** 2)

    # Stepped once an epoch, of which there are 10.
    case("step_epochs", {"base_lr": 0.1, "step_size": 3, "gamma": 0.5}, 0.1, lambda o: lr.StepLR(o, 3, 0.5),
         lambda i: 0.1 * 0.5 ** (i // 3), 10)
    case("cosine_warmup_epochs", {"base_lr": 0.1, "warmup_epochs": 2, "start_factor": 0.5, "T_max": 8}, 0.1,
         lambda o: lr.SequentialLR(o, [lr.LinearLR(o, 0.5, 1.0, 2), lr.CosineAnnealingLR(o, 8, 0.0)], [2]),
         lambda i: 0.1 * (0.5 + 0.5 * i / 2) if i < 2 else cosine(0.1, 0.0, (i - 2) / 8), 10)

    def plateau(name, metrics, **settings):
        """Entry i is the rate after the metrics of i epochs."""
        optimiser = torch.optim.SGD([torch.zeros(1, requires_grad=True)], 0.1)
        schedule, rates = lr.ReduceLROnPlateau(optimiser, **settings), [0.1]
        for metric in metrics:
            schedule.step(metric)
            rates.append(optimiser.param_groups[0]["lr"])
        assert len(set(rates)) > 1, name
        result[name] = {"parameters": settings, "metrics": metrics, "learning_rates": rates}

    losses = [2.0, 1.5, 1.6, 1.5, 1.4999, 1.2, 1.3, 1.3, 1.3, 1.19, 1.3, 1.3, 1.3, 1.3, 1.3, 1.18, 1.3, 1.3, 1.3, 1.3, 1.3, 1.3, 1.3]
    plateau("plateau", losses, factor=0.5, patience=2)
    plateau("plateau_absolute", losses, factor=0.5, patience=1, threshold=0.1, threshold_mode="abs", cooldown=2)
    plateau("plateau_max", [-loss for loss in losses], mode="max", factor=0.3, patience=2, min_lr=0.02)
    plateau("plateau_max_absolute", [3 - loss for loss in losses], mode="max", threshold_mode="abs", threshold=0.05, factor=0.3,
            patience=0, eps=1e-3)
    (FOLDER / "schedules.json").write_text(json.dumps(result, indent=1) + "\n")


IMAGE_FORMULA = ("uint i = (((step*8 + n)*3 + c)*32 + h)*32 + w; i *= 2654435761; i ^= i >> 15; i *= 2246822519; "
                 "i ^= i >> 13; value = (float)((int)(i >> 8) - 8388608) / 8388608; all unsigned 32-bit, wrapping; exact")


def hashed_images(step, shape=(8, 3, 32, 32)):
    index = numpy.arange(step * math.prod(shape), (step + 1) * math.prod(shape), dtype=numpy.uint32)
    index *= numpy.uint32(2654435761)
    index ^= index >> numpy.uint32(15)
    index *= numpy.uint32(2246822519)
    index ^= index >> numpy.uint32(13)
    return ((index >> numpy.uint32(8)).astype(numpy.int64) - 8388608).astype(numpy.float32).reshape(shape) / 8388608


def mobilenetv2_steps():
    """Ten training steps. As torchvision initialises it (beta 0, gamma 1), this network multiplies a rounding error a hundred
    times a step, even at a thousandth of this rate, and ten losses would prove nothing. With beta 1 and gamma 0.5 before each
    ReLU6 fewer values lie at a kink: float32 and float64 stay together, and a wrong gradient still shows."""
    width, classes, steps, batch = 0.1, 10, 10, 8
    checked = ("features.0.1", "features.18.1")
    labels = numpy.random.default_rng(7).integers(0, classes, (steps, batch))

    def run(kind):
        torch.manual_seed(0)
        model = torchvision.models.MobileNetV2(num_classes=classes, width_mult=width, dropout=0.0)
        modules = list(model.modules())
        for norm, following in zip(modules, modules[1:]):
            if isinstance(norm, torch.nn.BatchNorm2d) and isinstance(following, torch.nn.ReLU6):
                torch.nn.init.constant_(norm.weight, 0.5)
                torch.nn.init.constant_(norm.bias, 1.0)
        start = {key: value.clone().numpy() for key, value in model.state_dict().items() if "num_batches" not in key}
        model = model.to(kind)
        model.eval()
        first = torch.tensor(hashed_images(0)).to(kind)
        seen = {"eval_output": model(first).detach().clone()}
        model.train()
        optimiser, losses = torch.optim.SGD(model.parameters(), 0.01, 0.9), []
        for step in range(steps):
            optimiser.zero_grad()
            output = model(torch.tensor(hashed_images(step)).to(kind))
            loss = F.cross_entropy(output, torch.tensor(labels[step]))
            loss.backward()
            losses.append(loss.item())
            if step == 0:
                seen["train_output"] = output.detach().clone()
                seen["gradient_norms"] = torch.stack([p.grad.norm() for p in model.parameters()])
            optimiser.step()
        final = model.state_dict()
        for name in checked:
            for stat in ("running_mean", "running_var"):
                seen[f"final.{name}.{stat}"] = final[f"{name}.{stat}"].clone()
        names = [name for name, _ in model.named_parameters()]
        seen["change_norms"] = torch.stack([(final[name] - torch.tensor(start[name])).norm() for name in names])
        return start, losses, seen, names

    start, losses, seen, names = run(torch.float64)
    _, single, _, _ = run(torch.float32)
    print("losses", losses)
    print("float32 run differs by", [f"{abs(a - b) / a:.1e}" for a, b in zip(losses, single)])
    tensors = dict(start)
    tensors["steps.labels"] = labels.astype(numpy.int64)
    tensors["steps.losses"] = numpy.array(losses, numpy.float32)
    tensors["steps.losses_float32"] = numpy.array(single, numpy.float32)
    for key, value in seen.items():
        tensors["steps." + key] = value.numpy().astype(numpy.float32)
    write_safetensors(FOLDER / "mobilenetv2_steps.safetensors", tensors, {
        "model": json.dumps({"width": width, "classes": classes, "input": [batch, 3, 32, 32], "dropout": 0.0, "eps": 1e-5,
                             "batchnorm_momentum": 0.1}),
        "training": json.dumps({"steps": steps, "learning_rate": 0.01, "momentum": 0.9, "nesterov": False,
                                "weight_decay": 0.0, "label_smoothing": 0.0}),
        "images": IMAGE_FORMULA,
        "parameters": json.dumps(names)})


if __name__ == "__main__":
    warnings.filterwarnings("ignore", category=UserWarning)
    for family in (convolution, depthwise, batchnorm, activations, squeeze_excite, attention, cross_entropy, elementwise_loss, pool_linear,
                   optimizers, schedules, mobilenetv2_steps):
        family()
    for path in sorted(FOLDER.glob("*.safetensors")) + [FOLDER / "schedules.json"]:
        print(f"{path.stat().st_size:9,d}  {path.name}")
