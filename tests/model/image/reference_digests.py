#!/usr/bin/env python3
"""Writes what Pillow and numpy make of pictures that both sides can generate, so that the tests need neither.

usage: reference_digests.py FOLDER      needs Pillow 13, numpy and xxhash; writes into FOLDER
resize_digests.tsv      in_width in_height out_width out_height, then XXH3-128 of Image.resize by each filter (seed = line number)
preprocess_digests.tsv  width height max_tiles tiles, then XXH3-128 of the float32 tensor [tiles, 3, 448, 448] (seed = line number)
normalize_digests.tsv   name of the constants, XXH3-128 of the float32 table [3, 256]
"""
import os
import random
import sys

import numpy as np
import PIL
import xxhash
from PIL import Image

FILTERS = ["NEAREST", "BOX", "BILINEAR", "HAMMING", "BICUBIC", "LANCZOS"]
CONSTANTS = {
    "imagenet": ((.485, .456, .406), (.229, .224, .225)),
    "clip": ((.48145466, .4578275, .40821073), (.26862954, .26130258, .27577711)),
    "siglip": ((.5, .5, .5), (.5, .5, .5)),
}
SIDE = 448


def digest(array):
    return xxhash.xxh3_128_hexdigest(np.ascontiguousarray(array).tobytes())


def synthetic_picture(width, height, seed):
    """synthetic_picture.h's picture."""
    with np.errstate(over="ignore"):
        value = np.arange(width * height * 3, dtype=np.uint32) * np.uint32(2654435761) + np.uint32(seed * 40503 & 0xFFFFFFFF)
        value ^= value >> np.uint32(15)
        value *= np.uint32(2246822519)
        value ^= value >> np.uint32(13)
    byte = (value >> np.uint32(24)).astype(np.uint8)
    pushed = np.where(byte > 127, np.uint8(255), np.uint8(0))
    return Image.fromarray(np.where(value & np.uint32(8), pushed, byte).reshape(height, width, 3))


def sizes():
    """Random ones of every proportion, then the edges: single pixels, thin strips, one direction unchanged, large to small."""
    rng = random.Random(20240601)
    def length():
        return int(round(2 ** rng.uniform(0, 9)))
    for _ in range(200):
        yield length(), length(), length(), length()
    yield from [(1, 1, 7, 5), (1, 300, 3, 10), (300, 1, 10, 3), (64, 48, 64, 20), (64, 48, 20, 48), (64, 48, 64, 96), (64, 48, 100, 48),
                (2, 2, 448, 448), (3, 5, 500, 2), (17, 19, 17, 19), (2000, 30, 13, 30), (30, 2000, 30, 13), (5000, 3, 7, 7),
                (1500, 1100, 448, 448), (768, 512, 1344, 896), (333, 777, 896, 1344)]


def grid(width, height, most):
    """InternVL's rule, restated: nearest ratio, ties to the later grid if the picture fills more than half of it."""
    best, least = (1, 1), float("inf")
    for cells in range(1, most + 1):
        for columns in (c for c in range(1, cells + 1) if cells % c == 0):
            rows = cells // columns
            distance = abs(width / height - columns / rows)
            if distance < least or (distance == least and width * height > 0.5 * SIDE * SIDE * cells):
                best, least = (columns, rows), distance
    return best


def normalized(array, mean, deviation):
    return (array.astype(np.float32) / np.float32(255) - np.float32(mean)) / np.float32(deviation)


def preprocessed(image, most):
    columns, rows = grid(*image.size, most)
    whole = image.resize((SIDE * columns, SIDE * rows), Image.BICUBIC)
    tiles = [whole.crop((c * SIDE, r * SIDE, (c + 1) * SIDE, (r + 1) * SIDE)) for r in range(rows) for c in range(columns)]
    if len(tiles) > 1:
        tiles.append(image.resize((SIDE, SIDE), Image.BICUBIC))
    return np.stack([normalized(np.asarray(tile), *CONSTANTS["imagenet"]).transpose(2, 0, 1) for tile in tiles])


def write(folder, name, columns, lines):
    with open(os.path.join(folder, name), "w") as out:
        out.write(f"# Pillow {PIL.__version__}, numpy {np.__version__}: {columns}; made by reference_digests.py\n")
        out.writelines("\t".join(map(str, line)) + "\n" for line in lines)


def resize_lines():
    for seed, (in_width, in_height, width, height) in enumerate(sizes()):
        image = synthetic_picture(in_width, in_height, seed)
        yield in_width, in_height, width, height, *(digest(image.resize((width, height), getattr(Image, name))) for name in FILTERS)


def preprocess_lines():
    for seed, (width, height, most) in enumerate([(448, 448, 12), (100, 80, 1), (640, 480, 12), (301, 97, 6), (97, 301, 6), (1000, 1000, 4), (1920, 1080, 12)]):
        tensor = preprocessed(synthetic_picture(width, height, seed), most)
        yield width, height, most, len(tensor), digest(tensor)


def normalize_lines():
    levels = np.repeat(np.arange(256, dtype=np.uint8)[:, None], 3, axis=1)
    for name, (mean, deviation) in CONSTANTS.items():
        yield name, digest(normalized(levels, mean, deviation).T)


def main():
    folder = sys.argv[1]
    write(folder, "resize_digests.tsv", "in_width in_height out_width out_height " + " ".join(FILTERS), resize_lines())
    write(folder, "preprocess_digests.tsv", "width height max_tiles tiles digest", preprocess_lines())
    write(folder, "normalize_digests.tsv", "constants digest", normalize_lines())


main()
