"""Scenes of coloured things, street signs with a word, and sums: pictures for MME, MMBench, SEED-Bench and POPE."""

import itertools
import math

from page import CELL, Page, Question, Thing, cells_for
from words import SIGN_WORDS

COLORS = {
    "red": (215, 40, 40), "green": (40, 150, 60), "blue": (40, 80, 215), "yellow": (240, 210, 40), "orange": (245, 135, 25),
    "purple": (130, 50, 160), "pink": (250, 140, 185), "brown": (125, 75, 35), "black": (25, 25, 25), "gray": (130, 130, 130),
}
BACKGROUNDS = [(250, 250, 246), (228, 240, 250), (240, 248, 230), (252, 240, 225), (236, 232, 246), (222, 222, 216)]
KINDS = ("circle", "square", "triangle", "star", "heart", "moon", "house", "tree", "car", "boat", "fish", "cup", "flower", "key")
SIDES = ("left", "right", "top", "bottom")


def plural(kind):
    return {"fish": "fishes"}.get(kind, kind + "s")


def _ring(x, y, radius, count, turn=0.0):
    return [(x + radius * math.sin(turn + 2 * math.pi * i / count), y - radius * math.cos(turn + 2 * math.pi * i / count)) for i in range(count)]


def draw_thing(page, kind, rgb, x, y, r):
    """Draws a thing of radius r around (x, y)."""
    draw = page.draw
    dark = tuple(int(v * 0.55) for v in rgb)
    ground = page.image.getpixel((min(max(int(x), 0), page.size[0] - 1), min(max(int(y), 0), page.size[1] - 1)))
    box = (x - r, y - r, x + r, y + r)
    if kind == "circle":
        draw.ellipse(box, fill=rgb)
    elif kind == "square":
        draw.rectangle((x - 0.85 * r, y - 0.85 * r, x + 0.85 * r, y + 0.85 * r), fill=rgb)
    elif kind == "triangle":
        draw.polygon(_ring(x, y + 0.15 * r, 1.1 * r, 3), fill=rgb)
    elif kind == "star":
        outer, inner = _ring(x, y, 1.1 * r, 5), _ring(x, y, 0.45 * r, 5, math.pi / 5)
        draw.polygon([point for pair in zip(outer, inner) for point in pair], fill=rgb)
    elif kind == "heart":
        draw.ellipse((x - r, y - 0.9 * r, x + 0.05 * r, y + 0.15 * r), fill=rgb)
        draw.ellipse((x - 0.05 * r, y - 0.9 * r, x + r, y + 0.15 * r), fill=rgb)
        draw.polygon([(x - 0.92 * r, y - 0.1 * r), (x + 0.92 * r, y - 0.1 * r), (x, y + r)], fill=rgb)
    elif kind == "moon":
        draw.ellipse(box, fill=rgb)
        draw.ellipse((x - 0.3 * r, y - 0.95 * r, x + 1.3 * r, y + 0.65 * r), fill=ground)
    elif kind == "house":
        draw.rectangle((x - 0.7 * r, y - 0.1 * r, x + 0.7 * r, y + r), fill=rgb)
        draw.polygon([(x - r, y - 0.1 * r), (x + r, y - 0.1 * r), (x, y - r)], fill=dark)
        draw.rectangle((x - 0.2 * r, y + 0.35 * r, x + 0.2 * r, y + r), fill=dark)
    elif kind == "tree":
        draw.rectangle((x - 0.15 * r, y + 0.3 * r, x + 0.15 * r, y + r), fill=(95, 60, 30))
        for dx, dy in ((-0.4, 0.0), (0.4, 0.0), (0.0, -0.45)):
            draw.ellipse((x + (dx - 0.55) * r, y + (dy - 0.5) * r, x + (dx + 0.55) * r, y + (dy + 0.5) * r), fill=rgb)
    elif kind == "car":
        draw.rectangle((x - r, y - 0.1 * r, x + r, y + 0.45 * r), fill=rgb)
        draw.polygon([(x - 0.6 * r, y - 0.1 * r), (x - 0.35 * r, y - 0.6 * r), (x + 0.4 * r, y - 0.6 * r), (x + 0.65 * r, y - 0.1 * r)], fill=rgb)
        for dx in (-0.55, 0.55):
            draw.ellipse((x + (dx - 0.27) * r, y + 0.2 * r, x + (dx + 0.27) * r, y + 0.74 * r), fill=(30, 30, 30), outline=(200, 200, 200))
    elif kind == "boat":
        draw.polygon([(x - r, y + 0.35 * r), (x + r, y + 0.35 * r), (x + 0.6 * r, y + 0.85 * r), (x - 0.6 * r, y + 0.85 * r)], fill=dark)
        draw.polygon([(x + 0.05 * r, y - r), (x + 0.05 * r, y + 0.22 * r), (x + 0.85 * r, y + 0.22 * r)], fill=rgb)
        draw.polygon([(x - 0.08 * r, y - 0.8 * r), (x - 0.08 * r, y + 0.22 * r), (x - 0.7 * r, y + 0.22 * r)], fill=rgb)
    elif kind == "fish":
        draw.ellipse((x - r, y - 0.5 * r, x + 0.5 * r, y + 0.5 * r), fill=rgb)
        draw.polygon([(x + 0.3 * r, y), (x + r, y - 0.5 * r), (x + r, y + 0.5 * r)], fill=rgb)
        draw.ellipse((x - 0.72 * r, y - 0.2 * r, x - 0.52 * r, y), fill=(255, 255, 255))
    elif kind == "cup":
        draw.polygon([(x - 0.75 * r, y - 0.7 * r), (x + 0.45 * r, y - 0.7 * r), (x + 0.3 * r, y + 0.8 * r), (x - 0.6 * r, y + 0.8 * r)], fill=rgb)
        draw.arc((x + 0.15 * r, y - 0.4 * r, x + 0.95 * r, y + 0.4 * r), -90, 100, fill=rgb, width=max(2, int(0.18 * r)))
    elif kind == "flower":
        draw.line((x, y, x, y + r), fill=(50, 130, 50), width=max(2, int(0.14 * r)))
        for px, py in _ring(x, y - 0.25 * r, 0.42 * r, 5):
            draw.ellipse((px - 0.3 * r, py - 0.3 * r, px + 0.3 * r, py + 0.3 * r), fill=rgb)
        draw.ellipse((x - 0.2 * r, y - 0.45 * r, x + 0.2 * r, y - 0.05 * r), fill=dark)
    elif kind == "key":
        width = max(2, int(0.22 * r))
        draw.ellipse((x - r, y - 0.45 * r, x - 0.1 * r, y + 0.45 * r), outline=rgb, width=width)
        draw.line((x - 0.15 * r, y, x + r, y), fill=rgb, width=width)
        for dx in (0.55, 0.9):
            draw.line((x + dx * r, y, x + dx * r, y + 0.4 * r), fill=rgb, width=width)
    else:
        raise ValueError(kind)


def _canvas(random, shows, least_columns=1):
    """A blank picture of one of the small tile grids."""
    grids = ((1, 1),) * 5 + ((2, 1),) * 2 + ((1, 2),) * 2 + ((2, 2),)
    across, down = random.choice([grid for grid in grids if grid[0] >= least_columns])
    return Page(random, across, down, random.choice(BACKGROUNDS), shows)


def finish(random, page):
    """Pictures come at other sizes than they were drawn at; all of these are cut into the same tiles."""
    scale = random.choice((1.0, 1.0, 1.15, 1.3))
    if scale != 1.0:
        page.rescale(round(page.size[0] * scale), round(page.size[1] * scale))
    return page


def _place(random, page, count, taken=()):
    """Puts things into free cells, one each."""
    kinds = random.sample(KINDS, random.randint(1, max(1, min(4, count))))
    free = [(row, column) for row in range(page.rows) for column in range(page.columns) if (row, column) not in taken]
    for i, (row, column) in enumerate(random.sample(free, count)):
        kind = kinds[i] if i < len(kinds) else random.choice(kinds)
        r = random.uniform(9.5, 12)
        x, y = (CELL * (n + 0.5) + random.uniform(-1.5, 1.5) for n in (column, row))
        color = random.choice(list(COLORS))
        rgb = tuple(min(255, max(0, v + random.randint(-12, 12))) for v in COLORS[color])
        draw_thing(page, kind, rgb, x, y, r)
        page.things.append(Thing(kind, color, x, y, r))
    page.content += sorted(f"{t.color} {t.kind}" for t in page.things)


def _others(random, pool, but, count):
    return tuple(random.sample([item for item in pool if item not in but], count))


def _yes_no(truth):
    return "Yes" if truth else "No"


def side_of(thing, size):
    """The side of the picture that a thing is at: in the outer quarter there, and in no corner; None for others."""
    x, y = thing.x / size[0], thing.y / size[1]
    outer = lambda share: 0 if share < 0.25 else 1 if share > 0.75 else None
    beside, above = outer(x), outer(y)
    if (beside is None) == (above is None):
        return None
    return SIDES[beside] if above is None else SIDES[2 + above]


def relation(first, second):
    """How the first thing stands to the second: what lies between them in words, or None where it is neither beside nor above."""
    dx, dy = first.x - second.x, first.y - second.y
    if max(abs(dx), abs(dy)) < 1.4 * min(abs(dx), abs(dy)):
        return None
    if abs(dx) > abs(dy):
        return "on the left of" if dx < 0 else "on the right of"
    return "above" if dy < 0 else "below"


OPPOSITE = {"on the left of": "on the right of", "on the right of": "on the left of", "above": "below", "below": "above"}
PLACE = {"on the left of": "left", "on the right of": "right", "above": "above", "below": "below"}


def _ask_scene(random, page):
    things, ask = page.things, page.questions.append
    present = sorted({t.kind for t in things})
    absent = [kind for kind in KINDS if kind not in present]
    for truth in (True, False):
        kind = random.choice(present if truth else absent)
        ask(Question("mme", "existence", f"Is there a {kind} in this image?", _yes_no(truth)))
        kind = random.choice(present if truth else absent)
        ask(Question("pope", "existence", f"Is there a {kind} in the image?", _yes_no(truth)))
    kind = random.choice(present)
    ask(Question("choice", "object identity", "Which of these things is in the picture?", kind, _others(random, absent, (), 3)))

    kind = random.choice(present)
    count = sum(t.kind == kind for t in things)
    wrong = max(1, count + random.choice((-1, 1))) if count > 1 else 2
    for number in (count, wrong):
        noun = kind if number == 1 else plural(kind)
        ask(Question("mme", "count", f"{'Is' if number == 1 else 'Are'} there {number} {noun} in this image?", _yes_no(number == count)))
    ask(Question("choice", "counting", f"How many {plural(kind)} are in the picture?", str(count),
                 _others(random, [str(n) for n in range(1, 7)], (str(count),), 3)))
    ask(Question("read", "count", "How many things are in the picture?", str(len(things))))

    single = [t for t in things if sum(o.kind == t.kind for o in things) == 1]
    if single:
        thing = random.choice(single)
        wrong = _others(random, COLORS, (thing.color,), 3)
        ask(Question("mme", "color", f"Is the {thing.kind} {thing.color}?", "Yes"))
        ask(Question("mme", "color", f"Is the {thing.kind} {wrong[0]}?", "No"))
        ask(Question("choice", "color", f"What is the color of the {thing.kind}?", thing.color, wrong))
        ask(Question("read", "color", f"What is the color of the {thing.kind}?", thing.color))
        sides = [(t.kind, side) for t in single if (side := side_of(t, page.size))]
        if sides:
            kind, side = random.choice(sides)
            ask(Question("choice", "location", f"At which side of the picture is the {kind}?", side, _others(random, SIDES, (side,), 3)))
        page.questions += [Question("read", "location", f"At which side of the picture is the {kind}?", side) for kind, side in sides]
    unique_color = [t for t in things if sum(o.color == t.color for o in things) == 1]
    if unique_color:
        thing = random.choice(unique_color)
        ask(Question("choice", "shape", f"Which thing in the picture is {thing.color}?", thing.kind, _others(random, KINDS, (thing.kind,), 3)))
        ask(Question("read", "shape", f"Which thing in the picture is {thing.color}?", thing.kind))
    if len(single) > 1:
        for _ in range(2):
            first, second = random.sample(single, 2)
            true = relation(first, second)
            if true is None:
                continue
            ask(Question("mme", "position", f"Is the {first.kind} {true} the {second.kind}?", "Yes"))
            ask(Question("mme", "position", f"Is the {first.kind} {OPPOSITE[true]} the {second.kind}?", "No"))
            place = PLACE[true]
            ask(Question("choice", "relation", f"Where is the {first.kind} as seen from the {second.kind}?", place,
                         _others(random, ("left", "right", "above", "below"), (place,), 3)))
    for first, second in itertools.permutations(single, 2):
        true = relation(first, second)
        if true is not None:
            ask(Question("read", "relation", f"Where is the {first.kind} as seen from the {second.kind}?", PLACE[true]))
    ordered = sorted(things, key=lambda t: t.x)
    ask(Question("read", "list", "List all things from left to right.", ", ".join(f"{t.color} {t.kind}" for t in ordered)))


def draw_scene(random):
    page = _canvas(random, "things")
    _place(random, page, random.randint(1, 5 if page.columns * page.rows == 16 else 6))
    _ask_scene(random, page)
    return finish(random, page)


def _near_miss(random, word):
    """A wrong word for a sign, sometimes one that looks alike."""
    alike = [other for other in SIGN_WORDS if other != word and len(other) == len(word) and sum(a != b for a, b in zip(word, other)) <= 2]
    return random.choice(alike) if alike and random.random() < 0.3 else random.choice([other for other in SIGN_WORDS if other != word])


def draw_sign(random):
    """A plate with one word, and perhaps a thing or two beside it."""
    page = _canvas(random, "a sign")
    word = random.choice(SIGN_WORDS)
    written = random.choice((word, word.upper(), word.capitalize()))
    wide = cells_for(written)
    row, column = random.randrange(page.rows), random.randrange(page.columns - wide + 1)
    plate, ink = random.choice((((255, 255, 255), (20, 20, 20)), ((30, 70, 150), (255, 255, 255)), ((20, 110, 60), (255, 255, 255)),
                                ((245, 215, 60), (20, 20, 20)), ((170, 30, 30), (255, 255, 255))))
    page.draw.rectangle((CELL * column, CELL * row + 3, CELL * (column + wide) - 1, CELL * (row + 1) - 4), fill=plate, outline=ink)
    page.put(row, column, written, ink, bold=random.random() < 0.5)
    page.content.append(f"sign {written}")
    _place(random, page, random.randint(0, 2), [(row, column + i) for i in range(wide)])
    wrong = []
    while len(wrong) < 3:
        other = _near_miss(random, word)
        if other not in wrong:
            wrong.append(other)
    cased = lambda other: other.upper() if written.isupper() else other.capitalize() if written[0].isupper() else other
    page.questions += [
        Question("mme", "OCR", f'Is the word in the picture "{written}"?', "Yes"),
        Question("mme", "OCR", f'Is the word in the picture "{cased(wrong[0])}"?', "No"),
        Question("choice", "text", "Which word is written in the picture?", written, tuple(cased(other) for other in wrong)),
        Question("read", "text", "Which word is written in the picture?", written),
    ]
    if page.things:
        present = sorted({t.kind for t in page.things})
        absent = [kind for kind in KINDS if kind not in present]
        page.questions += [Question("pope", "existence", f"Is there a {random.choice(present)} in the image?", "Yes"),
                           Question("pope", "existence", f"Is there a {random.choice(absent)} in the image?", "No")]
    return finish(random, page)


def draw_sum(random):
    """A sum on a board."""
    page = _canvas(random, "a sum")
    a, b = random.randint(1, 12), random.randint(1, 12)
    minus = random.random() < 0.4
    if minus:
        a, b = max(a, b), min(a, b)
    result = a - b if minus else a + b
    written = f"{a} {'-' if minus else '+'} {b} ="
    page.put(random.randrange(page.rows), random.randrange(page.columns - 3), written, (25, 25, 25), bold=random.random() < 0.5)
    page.content.append(f"sum {written}")
    wrong = result + random.choice((-10, -3, -2, -1, 1, 2, 3, 10))
    wrong = wrong if wrong >= 0 else result + 4
    page.questions += [
        Question("mme", "numerical_calculation", f"Is the answer to the arithmetic question in the image {result}?", "Yes"),
        Question("mme", "numerical_calculation", f"Is the answer to the arithmetic question in the image {wrong}?", "No"),
        Question("read", "sum", "What is the answer to the arithmetic question in the image?", str(result)),
        Question("read", "text", "Read all the text in the image.", written),
    ]
    return finish(random, page)
