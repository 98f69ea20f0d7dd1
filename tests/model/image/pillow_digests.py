#!/usr/bin/env python3
"""Writes pillow_digests.tsv: what Pillow makes of each picture file, so that the decoders can be compared with it where no Pillow is.

usage: pillow_digests.py SHARED/data > pillow_digests.tsv      needs Pillow 13 and xxhash; walks photos/ and torture/
Columns: path under data, width, height, XXH3-128 of the bytes of Image.open(path).convert("RGB"). A file that Pillow does not open,
or that has more pixels than Pillow's limit of 178,956,970, has "-" in all three.
"""
import os
import sys
import warnings

import PIL
import xxhash
from PIL import Image

MOST_PIXELS = 178_956_970
NOT_PICTURES = {"SOURCE.txt", "MANIFEST.tsv"}


def verdict(path):
    try:
        with Image.open(path) as image:
            if image.width * image.height > MOST_PIXELS:
                return "-\t-\t-"
            rgb = image.convert("RGB")
            return f"{rgb.width}\t{rgb.height}\t{xxhash.xxh3_128_hexdigest(rgb.tobytes())}"
    except Exception:  # Pillow's plugins raise nearly every kind
        return "-\t-\t-"


def main():
    data = sys.argv[1]
    Image.MAX_IMAGE_PIXELS = None
    warnings.simplefilter("ignore")
    print(f"# Pillow {PIL.__version__}: path, width, height, XXH3-128 of the RGB bytes; made by pillow_digests.py")
    for top in ("photos", "torture"):
        paths = [os.path.join(folder, name) for folder, _, names in os.walk(os.path.join(data, top)) for name in names if name not in NOT_PICTURES]
        for path in sorted(paths):
            print(f"{os.path.relpath(path, data)}\t{verdict(path)}")


main()
