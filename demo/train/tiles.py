"""InternVL's dynamic tiling, as model/image/tiling.cpp does it (OpenGVLab/InternVL, dynamic_preprocess): picture -> tiles."""

import functools

import numpy
from PIL import Image

SIDE = 112       # pixels of a tile
GRID = 4         # tokens along a tile's side, after pixel shuffle
CELL = SIDE // GRID
MEAN, DEVIATION = (0.485, 0.456, 0.406), (0.229, 0.224, 0.225)


@functools.lru_cache(maxsize=None)
def choose_grid(width, height, max_tiles):
    best, least = (1, 1), float("inf")
    for cells in range(1, max_tiles + 1):
        for columns in range(1, cells + 1):
            if cells % columns:
                continue
            rows = cells // columns
            distance = abs(width / height - columns / rows)
            if distance < least or (distance == least and width * height > 0.5 * SIDE * SIDE * cells):
                best, least = (columns, rows), distance
    return best


def cut(image, max_tiles):
    """Returns the grid (columns, rows) and the tiles, uint8 [tiles, SIDE, SIDE, 3], thumbnail last."""
    columns, rows = choose_grid(*image.size, max_tiles)
    whole = numpy.asarray(image.resize((SIDE * columns, SIDE * rows), Image.Resampling.BICUBIC))
    tiles = [whole[r * SIDE:(r + 1) * SIDE, c * SIDE:(c + 1) * SIDE] for r in range(rows) for c in range(columns)]
    if len(tiles) > 1:
        tiles.append(numpy.asarray(image.resize((SIDE, SIDE), Image.Resampling.BICUBIC)))
    return (columns, rows), numpy.stack(tiles)
