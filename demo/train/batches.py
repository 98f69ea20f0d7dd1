"""Batches for training, each a function of the seed and its number alone.

A picture comes with several questions: its prefix comes once, each question sees it and itself only and counts its positions from the end of
the prefix, so that it is what the model would see if asked alone. Tokens stand in one row without padding; groups of pieces of like length
say who attends to whom.
"""

import random
import re

import numpy

import asking
import drawing
import split
import tiles
from scenes import COLORS, KINDS

LETTERS = "".join(chr(c) for c in range(33, 127))
SLOTS = 4  # letters told apart in one cell
KIND_NAMES, COLOR_NAMES = list(KINDS), list(COLORS)
QUESTIONS = 12
SHARES = {  # of a question being asked, by suite and category, beside the others' 1: what comes late in training is asked oftener
    ("mme", "scene"): 0.1, ("choice", "scene"): 0.2, ("mme", "existence"): 0.3, ("pope", "existence"): 0.3, ("mme", "position"): 4.0,
    ("mme", "OCR"): 3.0, ("mme", "numerical_calculation"): 2.0, ("choice", "location"): 8.0, ("choice", "relation"): 6.0,
    ("choice", "counting"): 2.0, ("choice", "text"): 4.0, ("read", "location"): 5.0, ("read", "relation"): 2.0, ("read", "sum"): 3.0,
}


def cell_labels(page, grid):
    """What stands in each cell: letters [tiles, 16, SLOTS] (0: none, -100: thumbnail), kind and color [tiles, 16] (0: none,
    -100: several, in the thumbnail)."""
    columns, rows = grid
    count = columns * rows + (columns * rows > 1)
    letters = numpy.zeros((count, tiles.GRID ** 2, SLOTS), numpy.int64)
    things = numpy.zeros((2, count, tiles.GRID ** 2), numpy.int64)
    across, down = tiles.SIDE * columns / page.size[0], tiles.SIDE * rows / page.size[1]
    cells = {}
    for letter, x, y in page.letters:
        x, y = x * across, y * down
        column, row = int(x // tiles.CELL), int(y // tiles.CELL)
        if 0 <= column < columns * tiles.GRID and 0 <= row < rows * tiles.GRID:
            cells.setdefault((column, row), []).append((round(y / 10), x, letter))
    for (column, row), found in cells.items():
        tile = row // tiles.GRID * columns + column // tiles.GRID
        cell = row % tiles.GRID * tiles.GRID + column % tiles.GRID
        for slot, (_, _, letter) in enumerate(sorted(found)[:SLOTS]):
            letters[tile, cell, slot] = 1 + LETTERS.index(letter)
    for thing in page.things:
        column, row = int(thing.x * across // tiles.CELL), int(thing.y * down // tiles.CELL)
        tile = row // tiles.GRID * columns + column // tiles.GRID
        cell = row % tiles.GRID * tiles.GRID + column % tiles.GRID
        things[:, tile, cell] = 1 + KIND_NAMES.index(thing.kind), 1 + COLOR_NAMES.index(thing.color)
    if columns * rows > 1:
        letters[-1] = -100
        things[:, -1] = _thumbnail_things(page)
    return letters, things


def _thumbnail_things(page):
    """kind and color of what stands in each of the thumbnail's cells; -100 where several things do."""
    things = numpy.zeros((2, tiles.GRID ** 2), numpy.int64)
    for thing in page.things:
        cell = int(thing.y * tiles.GRID // page.size[1]) * tiles.GRID + int(thing.x * tiles.GRID // page.size[0])
        things[:, cell] = -100 if things[0, cell] else (1 + KIND_NAMES.index(thing.kind), 1 + COLOR_NAMES.index(thing.color))
    return things


NAMING = ("color", "location", "relation", "position")  # categories whose questions name things that are the only ones of their kind


def _named(page, text):
    """Where the text (behind a line break) names a thing that is the only one of its kind: [(offset of the last letter, column, row)]."""
    found = []
    for thing in page.things:
        if sum(other.kind == thing.kind for other in page.things) == 1:
            place = (int(thing.x * tiles.GRID // page.size[0]), int(thing.y * tiles.GRID // page.size[1]))
            found += [(match.end(), *place) for match in re.finditer(rf"\b{thing.kind}\b", text)]
    return found


def _marks(page, question, text):
    """Offsets in asking.frame(text): of things named, with column and row; of the line breaks behind options, with whether they are right."""
    named = _named(page, question.text) if question.category in NAMING else []
    options = []
    if question.suite == "choice":
        for match in re.finditer(r"\n[A-D]\. (.*)", text):
            options.append((1 + match.end(), int(match[1] == question.answer)))
    return named, options


def _choose(page, chance):
    long = [q for q in page.questions if q.category in ("text", "table", "list") and q.text.split()[0] in ("Read", "Give", "List")]
    short = [q for q in page.questions if q not in long]
    keyed = [(chance.random() ** (1 / SHARES.get((question.suite, question.category), 1.0)), i) for i, question in enumerate(short)]  # weighted, without replacement
    chosen = [short[i] for _, i in sorted(keyed, reverse=True)[:QUESTIONS]]
    if long and chance.random() < 0.6:
        chosen[-1:] = [chance.choice(long)]
    return chosen


def _group(pieces, prefixes):
    """Pieces and the prefixes that they see (lists of token indices) -> queries [n, Lq], keys [n, Lk], mask [n, 1, Lq, Lk].

    A padding query sees the first key, so that no row of the mask is empty."""
    wide = -(-max(len(piece) for piece in pieces) // 8) * 8
    before = max((len(prefix) for prefix in prefixes), default=0)
    queries = numpy.zeros((len(pieces), wide), numpy.int64)
    keys = numpy.zeros((len(pieces), before + wide), numpy.int64)
    mask = numpy.zeros((len(pieces), wide, before + wide), bool)
    mask[:, :, before:] = numpy.tri(wide, dtype=bool)
    for i, (piece, prefix) in enumerate(zip(pieces, prefixes)):
        queries[i, :len(piece)] = piece
        keys[i, :len(prefix)], keys[i, before:before + len(piece)] = prefix, piece
        mask[i, :, :len(prefix)] = True
        mask[i, len(piece):] = False
        mask[i, len(piece):, 0] = True
    return queries, keys, mask[:, None]


def _groups(prefixes, pieces):
    """All groups of a batch (the prefixes, short pieces, long pieces), and for each token the place of its query in them."""
    owners = [(piece, prefixes[owner]) for owner, piece in pieces]
    parts = [[(prefix, []) for prefix in prefixes]]
    parts += [[pair for pair in owners if low < len(pair[0]) <= high] for low, high in ((0, 40), (40, 72), (72, 10**6))]
    groups, order, base = [], {}, 0
    for part in parts:
        if not part:
            continue
        queries, keys, mask = _group(*zip(*part))
        for i, (piece, _) in enumerate(part):
            order.update((token, base + i * queries.shape[1] + j) for j, token in enumerate(piece))
        base += queries.size
        groups.append((queries, keys, mask))
    return groups, numpy.array([order[token] for token in range(len(order))])


def make_batch(seed, number, size, tokenizer):
    """Dictionary of numpy arrays: tiles uint8 [N, S, S, 3]; ids, position, weight [T]; groups and order; letters, things of each cell;
    named, options: tokens that name a thing or end an option, with places [n, 2] and truths [n]."""
    chance = random.Random(f"{seed}/{number}")
    context = tokenizer.token_to_id("<IMG_CONTEXT>")
    end = [tokenizer.token_to_id("<|im_end|>")]
    start = tokenizer.encode(asking.PREFIX).ids
    close = [tokenizer.token_to_id("</img>")]
    ids, position, weight, prefixes, pieces = [], [], [], [], []
    all_tiles, all_letters, all_things = [], [], []
    named, options = [], []  # token, labels
    while len(prefixes) < size:
        page = drawing.draw(chance)
        if not split.is_for_training(page):
            continue
        chosen = _choose(page, chance)
        suite = chosen[0].suite if chosen[0].suite in ("chart", "document") else "read"
        grid, cut = tiles.cut(page.image, asking.MAX_TILES[suite])
        letters, things = cell_labels(page, grid)
        prefix = start + [context] * (len(cut) * tiles.GRID ** 2) + close
        prefixes.append(list(range(len(ids), len(ids) + len(prefix))))
        ids += prefix
        position += range(len(prefix))
        weight += [0.0] * len(prefix)
        for question in chosen:
            text, answer = asking.ask(question, chance)
            framed = tokenizer.encode(asking.frame(text))
            asked, replied = framed.ids, tokenizer.encode(answer).ids + end
            for marks, kept in zip(_marks(page, question, text), (named, options)):
                kept += [(len(ids) + framed.char_to_token(offset), *labels) for offset, *labels in marks]
            pieces.append((len(prefixes) - 1, list(range(len(ids), len(ids) + len(asked) + len(replied)))))
            ids += asked + replied
            position += range(len(prefix), len(prefix) + len(asked) + len(replied))
            weight += [0.0] * len(asked) + [len(replied) ** -0.5] * len(replied)
        all_tiles.append(cut)
        all_letters.append(letters)
        all_things.append(things)
    groups, order = _groups(prefixes, pieces)
    named, options = numpy.array(named, numpy.int64).reshape(-1, 3), numpy.array(options, numpy.int64).reshape(-1, 2)
    return {"tiles": numpy.concatenate(all_tiles), "ids": numpy.array(ids), "position": numpy.array(position),
            "weight": numpy.array(weight, numpy.float32), "groups": groups, "order": order, "letters": numpy.concatenate(all_letters),
            "things": numpy.concatenate(all_things, 1), "named": named[:, 0], "places": named[:, 1:], "options": options[:, 0],
            "truths": options[:, 1]}
