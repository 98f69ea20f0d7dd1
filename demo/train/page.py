"""A picture under construction: what was drawn, where its letters and things are, and what can be asked about it."""

import dataclasses
import functools
import pathlib

from PIL import Image, ImageDraw, ImageFont

FONT_FOLDER = pathlib.Path("/usr/share/fonts/truetype/dejavu")  # Debian's fonts-dejavu-core
FONTS = ("DejaVuSans.ttf", "DejaVuSans-Bold.ttf", "DejaVuSerif.ttf", "DejaVuSansMono.ttf")


@functools.lru_cache(maxsize=None)
def font(name, size):
    return ImageFont.truetype(str(FONT_FOLDER / name), size, layout_engine=ImageFont.Layout.BASIC)


@functools.lru_cache(maxsize=None)
def _advance(name, size, letter):
    return font(name, size).getlength(letter)


def text_width(text, name, size):
    return sum(_advance(name, size, letter) for letter in text)


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
    """Pixels, the letters and things drawn, and questions. Positions are in pixels of `image`."""

    def __init__(self, width, height, background, shows):
        self.image = Image.new("RGB", (width, height), background)
        self.draw = ImageDraw.Draw(self.image)
        self.shows = shows   # "a receipt"
        self.letters = []    # (letter, x, y) of each letter's middle
        self.things = []     # Thing
        self.lines = []      # (y, x, text), for reading aloud
        self.questions = []  # Question
        self.content = []    # what was drawn, without where: equal content, equal split

    @property
    def size(self):
        return self.image.size

    def write(self, x, y, text, name, size, fill, anchor="left"):
        """Writes one line whose letters' middle is at height y; x is its left end, middle or right end."""
        width = text_width(text, name, size)
        left = x if anchor == "left" else x - width / 2 if anchor == "middle" else x - width
        self.draw.text((left, y), text, font=font(name, size), fill=fill, anchor="lm")
        at = left
        for letter in text:
            advance = _advance(name, size, letter)
            if letter != " ":
                self.letters.append((letter, at + advance / 2, y))
            at += advance
        self.lines.append((y, left, text))
        return left, at

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
        rows = []
        for y, x, text in sorted(self.lines):
            if rows and abs(rows[-1][0] - y) < 6:
                rows[-1][1].append((x, text))
            else:
                rows.append((y, [(x, text)]))
        return "\n".join(" ".join(text for _, text in sorted(row)) for _, row in rows)
