#!/usr/bin/env python3
"""Times torchvision's networks in PyTorch on a GPU, by CUDA events, for `bench -- compare-gpu`.

torch_gpu_peer.py mobilenet_v2 --batch 256 --mode compiled [--train]      prints one JSON object
torch_gpu_peer.py --serve        reads such requests from its standard input, a JSON object a line, and answers each with one

Modes: fp32, eager float32 without TF32; tf32, eager with TF32 wherever PyTorch can use it; amp, eager mixed precision, channels last; compiled,
torch.compile of that. Images and labels lie on the GPU. A training step is forward, cross entropy, backward, SGD with momentum.
"""
import argparse
import contextlib
import json
import os
import sys
import time

try:
    import torch
    import torchvision
except ImportError as e:
    print(json.dumps({"error": f"{e.name} is not installed"}))
    sys.exit(0)

MODES = ["fp32", "tf32", "amp", "compiled"]
LEAST_WARM_UPS = 5
WARM_UP_SECONDS = 0.5


class Timed:
    """A network and its images in one mode, ready to run."""

    def __init__(self, request, device):
        self.device = device
        self.mode = request["mode"]
        self.train = bool(request.get("train"))
        batch, size, classes = request["batch"], request.get("size", 224), request.get("classes", 1000)
        if self.mode == "compiled" and not hasattr(torch, "compile"):
            raise RuntimeError(f"PyTorch {torch.__version__} has no torch.compile")
        self.precision()
        torch.manual_seed(1)
        layout = torch.channels_last if self.is_amp else torch.contiguous_format
        self.network = getattr(torchvision.models, request["model"])(num_classes=classes).to(device).to(memory_format=layout)
        self.network.train(self.train)
        self.images = (torch.rand(batch, 3, size, size, device=device) * 2 - 1).to(memory_format=layout)
        self.labels = torch.arange(batch, device=device) % classes
        self.optimizer = torch.optim.SGD(self.network.parameters(), lr=0.001, momentum=0.9)
        self.forward = self.network
        if self.mode == "compiled":
            # One image is a matter of launches, which only graphs save.
            self.forward = torch.compile(self.network, mode="reduce-overhead" if batch == 1 and not self.train else "default", dynamic=False)
        self.warm = False

    @property
    def is_amp(self):
        return self.mode in ("amp", "compiled")

    def precision(self):
        """Settings of the process, which the modes share."""
        torch.backends.cuda.matmul.allow_tf32 = torch.backends.cudnn.allow_tf32 = self.mode != "fp32"
        torch.backends.cudnn.benchmark = True

    def autocast(self):
        return torch.autocast(self.device, dtype=amp_type(self.device)) if self.is_amp else contextlib.nullcontext()

    def run(self):
        if not self.train:
            with torch.inference_mode(), self.autocast():
                self.forward(self.images)
            return
        self.optimizer.zero_grad(set_to_none=True)
        with self.autocast():
            loss = torch.nn.functional.cross_entropy(self.forward(self.images), self.labels)
        loss.backward()
        self.optimizer.step()

    def median_ms(self, runs, seconds):
        self.precision()
        begin = time.perf_counter()
        warm_ups = 0
        while warm_ups < LEAST_WARM_UPS or (not self.warm and time.perf_counter() - begin < WARM_UP_SECONDS):
            self.run()
            warm_ups += 1
        synchronize(self.device)
        self.warm = True
        times = []
        begin = time.perf_counter()
        while len(times) < runs and (len(times) < 3 or time.perf_counter() - begin < seconds):
            times.append(self.elapsed_ms())
        return sorted(times)[len(times) // 2], len(times)

    def elapsed_ms(self):
        if self.device != "cuda":
            start = time.perf_counter()
            self.run()
            return 1000 * (time.perf_counter() - start)
        start, end = torch.cuda.Event(enable_timing=True), torch.cuda.Event(enable_timing=True)
        start.record()
        self.run()
        end.record()
        end.synchronize()
        return start.elapsed_time(end)


def amp_type(device):
    return torch.float16 if device == "cuda" and not torch.cuda.is_bf16_supported() else torch.bfloat16


def synchronize(device):
    if device == "cuda":
        torch.cuda.synchronize()


def describe(device):
    name = torch.cuda.get_device_name() if device == "cuda" else "the processor"
    return {"peer": "PyTorch " + torch.__version__, "card": name, "amp": str(amp_type(device)).replace("torch.", "")}


def answer(request, device, networks):
    """Times what is asked for; networks that were asked for before are kept until they are to be forgotten."""
    if request.get("forget"):
        networks.clear()
        if device == "cuda":
            torch._dynamo.reset() if hasattr(torch, "_dynamo") else None
            torch.cuda.empty_cache()
        return {}
    key = tuple(request.get(k) for k in ("model", "batch", "size", "classes", "train", "mode"))
    try:
        if key not in networks:
            networks[key] = Timed(request, device)
        median, runs = networks[key].median_ms(request.get("runs", 50), request.get("seconds", 1.0))
    except Exception as e:  # whatever PyTorch fails with is told, not hidden: out of memory, no compiler, ...
        networks.pop(key, None)
        return {"error": f"{type(e).__name__}: {str(e).strip().splitlines()[0] if str(e).strip() else ''}"}
    figure = "training_step" if request.get("train") else "inference"
    return {f"{figure}_ms": median, f"{'training' if request.get('train') else 'inference'}_images_per_s": 1000 * request["batch"] / median,
            "runs": runs}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("model", nargs="?")
    parser.add_argument("--batch", type=int, default=1)
    parser.add_argument("--size", type=int, default=224)
    parser.add_argument("--classes", type=int, default=1000)
    parser.add_argument("--mode", choices=MODES, default="fp32")
    parser.add_argument("--train", action="store_true")
    parser.add_argument("--runs", type=int, default=50)
    parser.add_argument("--seconds", type=float, default=5.0, help="most time to measure for")
    parser.add_argument("--device", choices=["cuda", "cpu"], default="cuda")
    parser.add_argument("--serve", action="store_true")
    args = parser.parse_args()
    if args.device == "cuda" and not torch.cuda.is_available():
        print(json.dumps({"error": f"PyTorch {torch.__version__} sees no CUDA device"}))
        return
    if not args.serve:
        request = {k: getattr(args, k) for k in ("model", "batch", "size", "classes", "mode", "train", "runs", "seconds")}
        print(json.dumps({**describe(args.device), **request, **answer(request, args.device, {})}))
        return
    # What libraries and their processes print goes elsewhere: answers are lines of their own.
    answers = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)
    networks = {}
    print(json.dumps(describe(args.device)), file=answers, flush=True)
    for line in sys.stdin:
        print(json.dumps(answer(json.loads(line), args.device, networks)), file=answers, flush=True)


main()
