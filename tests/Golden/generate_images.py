#!/usr/bin/python3
"""Writes images.json beside this script: small picture files with the checksum of the pixels that Pillow reads from them, and checksums of
pictures that Pillow and torchvision resized, cut and coloured. README.md says how to run this again."""
import base64
import io
import json
import pathlib
import random
import warnings
import zlib

import numpy
from PIL import Image, ImageEnhance, ImageOps
import torchvision.transforms as T
import torchvision.transforms.functional as F
from torchvision.transforms import InterpolationMode

warnings.simplefilter("ignore")
FOLDER = pathlib.Path(__file__).resolve().parent
FILTERS = {"Bilinear": InterpolationMode.BILINEAR, "Bicubic": InterpolationMode.BICUBIC}


def picture(height, width):
    """The picture of ImageResizeTests.Picture."""
    y, x, c = numpy.meshgrid(numpy.arange(height), numpy.arange(width), numpy.arange(3), indexing="ij")
    return Image.fromarray(((x * x * 37 + y * y * 91 + x * y * 13 + c * 85) & 255).astype(numpy.uint8))


def crc(image):
    return zlib.crc32(image.tobytes())


def smooth(height, width):
    y, x, c = numpy.meshgrid(numpy.arange(height), numpy.arange(width), numpy.arange(3), indexing="ij")
    return Image.fromarray(((x * 5 + y * 3 + c * 60) % 256).astype(numpy.uint8))


def files():
    image = smooth(14, 21)
    alpha = image.copy()
    alpha.putalpha(Image.fromarray((numpy.arange(14 * 21).reshape(14, 21) % 256).astype(numpy.uint8)))
    few = image.quantize(16)
    exif = {}
    for orientation in range(1, 9):
        exif[orientation] = Image.Exif()
        exif[orientation][0x0112] = orientation
    cases = {
        "baseline.jpg": (image, {"quality": 90}),
        "progressive.jpg": (image, {"progressive": True}),
        "full_chroma.jpg": (image, {"subsampling": 0}),
        "grey.jpg": (image.convert("L"), {}),
        "cmyk.jpg": (image.convert("CMYK"), {}),
        "lossy.webp": (image, {}),
        "lossless.webp": (image, {"lossless": True}),
        "alpha.webp": (alpha, {"lossless": True, "exact": True}),
        "turned.webp": (image, {"lossless": True, "exif": exif[6]}),
        "films.webp": (image, {"save_all": True, "append_images": [picture(14, 21)]}),
        "colour.bmp": (image, {}),
        "palette.bmp": (few, {}),
        "bits.bmp": (image.convert("1"), {}),
        "plain.gif": (few, {}),
        "transparent.gif": (few, {"transparency": 3}),
        "film.gif": (few, {"save_all": True, "append_images": [picture(14, 21).quantize(16)]}),
        "colour.png": (image, {}),
        "alpha.png": (alpha, {}),
        "palette.png": (few, {"transparency": 3}),
        "bits.png": (image.convert("1"), {}),
        "colour.ppm": (image, {}),
        "grey.pgm": (image.convert("L"), {}),
    }
    for orientation in exif:
        cases[f"turned_{orientation}.jpg"] = (image, {"exif": exif[orientation], "quality": 80})
    result = {}
    for name, (source, options) in cases.items():
        buffer = io.BytesIO()
        kind = {"jpg": "jpeg", "pgm": "ppm"}.get(name.split(".")[1], name.split(".")[1])
        source.save(buffer, kind, **options)
        read = ImageOps.exif_transpose(Image.open(io.BytesIO(buffer.getvalue()))).convert("RGB")
        result[name] = {"file": base64.b64encode(buffer.getvalue()).decode(), "height": read.height, "width": read.width, "crc32": crc(read)}
    return result


def resizes():
    draw = random.Random(1)
    cases = []
    for height, width, to_height, to_width in [
            (5, 7, 3, 4), (3, 4, 5, 7), (50, 37, 20, 64), (333, 500, 256, 384), (32, 32, 224, 224), (700, 90, 31, 17), (1, 1, 9, 9),
            (400, 3, 7, 7), (64, 64, 64, 10), (64, 64, 10, 64)]:
        cases.append((height, width, (0, 0, height, width), to_height, to_width))
    for _ in range(20):
        height, width = draw.randint(1, 120), draw.randint(1, 120)
        h, w = draw.randint(1, height), draw.randint(1, width)
        cases.append((height, width, (draw.randint(0, height - h), draw.randint(0, width - w), h, w), draw.randint(1, 60), draw.randint(1, 60)))
    return [{
        "filter": name, "height": height, "width": width, "box": box, "toHeight": to_height, "toWidth": to_width,
        "crc32": crc(F.resized_crop(picture(height, width), *box, [to_height, to_width], mode)),
    } for height, width, box, to_height, to_width in cases for name, mode in FILTERS.items()]


def recipes():
    return [{
        "filter": name, "height": height, "width": width, "resize": resize, "size": size,
        "crc32": crc(T.CenterCrop(size)(T.Resize(resize, mode)(picture(height, width)))),
    } for height, width, resize, size in [(375, 500, 256, 224), (81, 40, 73, 64), (40, 83, 37, 32), (7, 9, 32, 32), (32, 32, 32, 32)]
        for name, mode in FILTERS.items()]


def colours():
    image = picture(24, 31)
    operations = {
        "brightness": lambda f: ImageEnhance.Brightness(image).enhance(f),
        "contrast": lambda f: ImageEnhance.Contrast(image).enhance(f),
        "saturation": lambda f: ImageEnhance.Color(image).enhance(f),
    }
    result = [{"operation": name, "factor": f, "crc32": crc(operation(f))}
              for name, operation in operations.items() for f in [0.0, 0.25, 0.6000000238418579, 1.0, 1.399999976158142, 2.5]]
    result += [{"operation": "hue", "factor": f, "crc32": crc(F.adjust_hue(image, f))} for f in [-0.5, -0.125, 0.01, 0.1, 0.25, 0.5]]
    both = F.adjust_saturation(F.adjust_brightness(F.adjust_hue(F.adjust_contrast(image, 1.25), 0.0625), 0.75), 1.5)
    return result + [{"operation": "all", "factor": 0, "crc32": crc(both)}]


def odd(folder):
    """Checksums of the pixels of PngSuite and Pillow's test pictures. Of 16-bit grey the upper byte: Pillow's convert("RGB") cuts values
    at 255 instead, which makes nearly everything white."""
    result = {}
    for path in sorted(folder.glob("*/*")):
        try:
            image = ImageOps.exif_transpose(Image.open(path))
            image = Image.fromarray((numpy.asarray(image) >> 8).astype(numpy.uint8)) if image.mode == "I" else image
            result[f"{path.parent.name}/{path.name}"] = crc(image.convert("RGB"))
        except Exception:
            continue
    return result


if (ODD := FOLDER.parents[2] / "shared" / "data" / "images-odd").is_dir():
    (FOLDER / "images_odd.json").write_text(json.dumps(odd(ODD), indent=0) + "\n")
(FOLDER / "images.json").write_text(json.dumps(
    {"files": files(), "resizes": resizes(), "recipes": recipes(), "colours": colours()}, separators=(",", ":")).replace('},{', '},\n{') + "\n")
