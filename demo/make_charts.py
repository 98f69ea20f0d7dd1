#!/usr/bin/env python3
"""Draws the demo's charts and writes their questions, in ChartQA's official layout: demo/data/chartqa/test.

The numbers are invented. Needs Pillow 10.1 or newer; what it writes is committed, so nobody needs to run it to use Assay.
"""

import json
import pathlib

from PIL import Image, ImageDraw, ImageFont

SIZE = (480, 360)
PLOT = (60, 50, 460, 310)  # left, top, right, bottom
COLORS = [("blue", "#3366cc"), ("red", "#cc3333"), ("green", "#2e8b57"), ("orange", "#e69f00")]
INK = "#222222"

# name, kind, title, labels, values, (human question, answer), (augmented question, answer)
CHARTS = [
    ("bread_sold", "bars", "Loaves sold by weekday", ["Mon", "Tue", "Wed", "Thu"], [40, 25, 30, 55],
     ("How many more loaves were sold on Thursday than on Tuesday?", "30"), ("How many loaves were sold on Wed?", "30")),
    ("rain", "bars", "Rain in mm", ["April", "May", "June"], [62, 48, 90],
     ("Which month had the least rain?", "May"), ("How much rain fell in June?", "90")),
    ("visitors", "lines", "Visitors a year", ["2019", "2020", "2021", "2022"], [800, 300, 450, 900],
     ("In which year did the museum have the fewest visitors?", "2020"), ("How many visitors came in 2022?", "900")),
    ("temperature", "lines", "Noon temperature in degrees", ["6", "7", "8", "9", "10"], [12, 15, 21, 18, 14],
     ("On how many days was it warmer than 16 degrees?", "2"), ("What was the noon temperature on day 8?", "21")),
    ("energy", "pie", "Energy by source, %", ["Wind", "Sun", "Water", "Gas"], [45, 25, 20, 10],
     ("What is the color of the largest slice?", "blue"), ("What percentage came from Sun?", "25")),
    ("pets", "pie", "Pets in the street, %", ["Cats", "Dogs", "Birds"], [50, 30, 20],
     ("Is the share of cats equal to dogs and birds together?", "Yes"), ("What share of the pets are Birds?", "20")),
]


def font(size):
    return ImageFont.load_default(size=size)


def draw_axes(draw, values):
    """Draws frame and grid; returns the function from a value to its row of pixels."""
    left, top, right, bottom = PLOT
    step = next(s for s in (5, 10, 20, 50, 100, 200, 500) if max(values) / s <= 6)
    highest = -(-max(values) // step) * step

    def row(value):
        return bottom - (bottom - top) * value / highest

    for value in range(0, highest + 1, step):
        draw.line([(left, row(value)), (right, row(value))], fill="#dddddd" if value else INK)
        draw.text((left - 8, row(value)), str(value), fill=INK, font=font(13), anchor="rm")
    return row


def draw_bars(draw, labels, values):
    left, _, right, bottom = PLOT
    row, pitch = draw_axes(draw, values), (right - left) / len(values)
    for i, (label, value) in enumerate(zip(labels, values)):
        middle = left + pitch * (i + 0.5)
        draw.rectangle([middle - pitch * 0.3, row(value), middle + pitch * 0.3, bottom], fill=COLORS[0][1])
        draw.text((middle, row(value) - 4), str(value), fill=INK, font=font(14), anchor="mb")
        draw.text((middle, bottom + 8), label, fill=INK, font=font(15), anchor="mt")


def draw_lines(draw, labels, values):
    left, _, right, bottom = PLOT
    row, pitch = draw_axes(draw, values), (right - left) / len(values)
    points = [(left + pitch * (i + 0.5), row(value)) for i, value in enumerate(values)]
    draw.line(points, fill=COLORS[1][1], width=3)
    for (x, y), label, value in zip(points, labels, values):
        draw.ellipse([x - 4, y - 4, x + 4, y + 4], fill=COLORS[1][1])
        draw.text((x, y - 8), str(value), fill=INK, font=font(14), anchor="mb", stroke_width=3, stroke_fill="white")
        draw.text((x, bottom + 8), label, fill=INK, font=font(15), anchor="mt")


def draw_pie(draw, labels, values):
    angle = -90.0
    for i, (label, value) in enumerate(zip(labels, values)):
        end = angle + 360.0 * value / sum(values)
        draw.pieslice([40, 70, 280, 310], angle, end, fill=COLORS[i][1], outline="white")
        draw.rectangle([310, 110 + 40 * i, 330, 130 + 40 * i], fill=COLORS[i][1])
        draw.text((340, 120 + 40 * i), f"{label} {value}", fill=INK, font=font(16), anchor="lm")
        angle = end


def main():
    root = pathlib.Path(__file__).parent / "data" / "chartqa" / "test"
    (root / "png").mkdir(parents=True, exist_ok=True)
    human, augmented = [], []
    for name, kind, title, labels, values, asked, made in CHARTS:
        picture = Image.new("RGB", SIZE, "white")
        draw = ImageDraw.Draw(picture)
        draw.text((SIZE[0] / 2, 14), title, fill=INK, font=font(20), anchor="mt")
        {"bars": draw_bars, "lines": draw_lines, "pie": draw_pie}[kind](draw, labels, values)
        picture.quantize(64, dither=Image.Dither.NONE).convert("RGB").save(root / "png" / f"{name}.png", optimize=True)
        for questions, (query, label) in ((human, asked), (augmented, made)):
            questions.append({"imgname": f"{name}.png", "query": query, "label": label})
    for part, questions in (("human", human), ("augmented", augmented)):
        (root / f"test_{part}.json").write_text(json.dumps(questions, indent=1) + "\n", encoding="utf-8")


main()
