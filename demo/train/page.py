"""A picture under construction: what was drawn, where its letters and things are, and what can be asked about it."""

import dataclasses
import functools
import pathlib

from PIL import Image, ImageDraw, ImageFont

FONT_FOLDER = pathlib.Path("/usr/share/fonts/truetype/dejavu")  # Debian's fonts-dejavu-core
PLAIN, BOLD = "DejaVuSansMono.ttf", "DejaVuSansMono-Bold.ttf"
FONT_SIZE, ADVANCE = 11, 6.75  # pixels
TILE, CELL = 112, 28          # pixels; a cell is what one visual token sees
LETTERS = 4                   # in a cell


@functools.lru_cache(maxsize=None)
def font(name):
    return ImageFont.truetype(str(FONT_FOLDER / name), FONT_SIZE, layout_engine=ImageFont.Layout.BASIC)


def cells_for(text):
    """How many cells the text takes: each word begins a new one."""
    return sum(-(-len(word) // LETTERS) for word in text.split())


@dataclasses.dataclass
class Question:
    """One question on a page. `suite` and `category` say where it may be used; `options` are the wrong ones of a choice."""

    suite: str      # mme, pope, choice (MMBench and SEED-Bench), chart, document, read (for training only)
    category: str
    text: str
    answer: str
    options: tuple = ()
    origin: str = ""  # chart: human or augmented


@dataclasses.dataclass
class Thing:
    kind: str
    color: str
    x: float
    y: float
    radius: float


class Page:
    """Pixels, the letters and things drawn, and questions. Positions are in pixels of `image`.

    A picture is `columns` x `rows` tiles large, and what stands on it keeps to their cells, as typewriters and forms do: a small model
    learns to read such pages in hours. `chance` moves each line and thing by a pixel or two.
    """

    def __init__(self, chance, columns, rows, background, shows):
        self.image = Image.new("RGB", (TILE * columns, TILE * rows), background)
        self.draw = ImageDraw.Draw(self.image)
        self.chance = chance
        self.columns, self.rows = 4 * columns, 4 * rows  # in cells
        self.shows = shows   # "a receipt"
        self.letters = []    # (letter, x, y) of each letter's middle
        self.things = []     # Thing
        self.lines = []      # (row, column, text), for reading aloud
        self.questions = []  # Question
        self.content = []    # what was drawn, without where: equal content, equal split

    @property
    def size(self):
        return self.image.size

    def put(self, row, column, text, fill, bold=False):
        """Writes words from a cell on, each beginning a cell of its own; returns the cell behind."""
        assert column + cells_for(text) <= self.columns, (text, column, self.columns)
        self.lines.append((row, column, text))
        dx, dy = self.chance.uniform(1, 1.6), self.chance.uniform(-3, 3)
        for word in text.split():
            for i, letter in enumerate(word):
                x, y = CELL * column + dx + ADVANCE * i, CELL * (row + 0.5) + dy
                self.draw.text((x, y), letter, font=font(BOLD if bold else PLAIN), fill=fill, anchor="lm")
                self.letters.append((letter, x + ADVANCE / 2, y))
            column += cells_for(word)
        return column

    def rescale(self, width, height):
        """Resizes everything (bilinear), so that pictures come at other sizes than they were drawn at."""
        old_width, old_height = self.size
        across, down = width / old_width, height / old_height
        self.image = self.image.resize((width, height), Image.Resampling.BILINEAR)
        self.draw = ImageDraw.Draw(self.image)
        self.letters = [(letter, x * across, y * down) for letter, x, y in self.letters]
        self.things = [dataclasses.replace(t, x=t.x * across, y=t.y * down, radius=t.radius * (across + down) / 2) for t in self.things]

    def text(self):
        """All that is written, line by line from the top."""
        rows = {}
        for row, column, text in self.lines:
            rows.setdefault(row, []).append((column, text))
        return "\n".join(" ".join(text for _, text in sorted(rows[row])) for row in sorted(rows))
