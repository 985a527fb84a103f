#!/usr/bin/env python3
"""Times a torchvision network as `gpunet bench` times GpuNet's, and prints one JSON object with the same keys.

PyTorch runs as it does by default: eagerly, NCHW, float32. With --export the network is written as ONNX instead.
"""
import argparse
import json
import resource
import sys
import time

import torch
import torchvision

LEAST_WARM_UPS = 3
WARM_UP_SECONDS = 1.5


def build(args):
    settings = {"num_classes": args.classes}
    if args.width != 1:
        settings["width_mult"] = args.width
    network = getattr(torchvision.models, args.model)(**settings)
    if args.model == "mobilenet_v2" and args.size <= 32:
        # For small images GpuNet's stem and its second stage keep the resolution; so must this one, to do the same work.
        network.features[0][0].stride = (1, 1)
        network.features[2].conv[1][0].stride = (1, 1)
    return network


def median_ms(run, runs):
    begin = time.perf_counter()
    warm_ups = 0
    while warm_ups < LEAST_WARM_UPS or time.perf_counter() - begin < WARM_UP_SECONDS:
        run()
        warm_ups += 1
    times = []
    for _ in range(runs):
        start = time.perf_counter()
        run()
        times.append(1000 * (time.perf_counter() - start))
    return sorted(times)[runs // 2]


def peak_memory_mb():
    try:
        with open("/proc/self/status") as status:
            return next(int(line.split()[1]) / 1024 for line in status if line.startswith("VmHWM:"))
    except OSError:
        unit = 1 << 20 if sys.platform == "darwin" else 1 << 10
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / unit


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("model")
    parser.add_argument("--batch", type=int, default=1)
    parser.add_argument("--size", type=int, default=224)
    parser.add_argument("--classes", type=int, default=1000)
    parser.add_argument("--width", type=float, default=1.0)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--runs", type=int, default=25)
    parser.add_argument("--training-runs", type=int, default=7)
    parser.add_argument("--train", action="store_true")
    parser.add_argument("--export", metavar="FILE")
    args = parser.parse_args()

    torch.manual_seed(1)
    torch.set_num_threads(args.threads)
    network = build(args)
    images = torch.rand(args.batch, 3, args.size, args.size) * 2 - 1
    network.eval()
    if args.export:
        torch.onnx.export(network, images, args.export, opset_version=13, input_names=["input"], output_names=["output"],
                          dynamic_axes={"input": {0: "images"}, "output": {0: "images"}})
        return

    figures = {
        "peer": "PyTorch " + torch.__version__, "model": args.model, "batch": args.batch, "size": args.size, "threads": args.threads,
        "parameters": sum(p.numel() for p in network.parameters()),
    }
    with torch.inference_mode():
        figures["inference_ms"] = median_ms(lambda: network(images), args.runs)
    figures["peak_memory_mb"] = peak_memory_mb()
    if args.train:
        network.train()
        labels = torch.arange(args.batch) % args.classes
        optimizer = torch.optim.SGD(network.parameters(), lr=0.001, momentum=0.9)

        def step():
            optimizer.zero_grad(set_to_none=True)
            torch.nn.functional.cross_entropy(network(images), labels).backward()
            optimizer.step()

        figures["training_step_ms"] = median_ms(step, args.training_runs)
        figures["training_images_per_s"] = 1000 * args.batch / figures["training_step_ms"]
    print(json.dumps(figures))


main()
