"""Bar, line and pie charts with axes, labels and legends: pictures for ChartQA."""

import math

from page import FONTS, Page, Question
from words import CHARTS

PALETTE = {"blue": (60, 105, 200), "red": (205, 60, 60), "green": (55, 150, 85), "orange": (235, 150, 30), "purple": (135, 80, 170), "gray": (130, 130, 130)}
INK = (35, 35, 35)
GRID = (215, 215, 215)


def _bars(page, labels, values, colors, name):
    width, height = page.size
    left, top, right, bottom = 12, 44, width - 8, height - 30
    page.draw.line((left, bottom, right, bottom), fill=INK)
    page.draw.line((left, top - 6, left, bottom), fill=INK)
    step = (right - left) / len(values)
    for i, (label, value, color) in enumerate(zip(labels, values, colors)):
        x = left + (i + 0.5) * step
        y = bottom - (bottom - top) * value / max(values)
        page.draw.rectangle((x - 0.3 * step, y, x + 0.3 * step, bottom), fill=PALETTE[color])
        page.write(x, y - 9, str(value), name, 14, INK, "middle")
        page.write(x, bottom + 13, label, name, 14, INK, "middle")


def _rows(page, labels, values, colors, name):
    width, height = page.size
    left, top, right, bottom = 66, 36, width - 36, height - 8
    page.draw.line((left, top, left, bottom), fill=INK)
    step = (bottom - top) / len(values)
    for i, (label, value, color) in enumerate(zip(labels, values, colors)):
        y = top + (i + 0.5) * step
        x = left + (right - left) * value / max(values)
        page.draw.rectangle((left, y - 0.3 * step, x, y + 0.3 * step), fill=PALETTE[color])
        page.write(left - 6, y, label, name, 14, INK, "right")
        page.write(x + 5, y, str(value), name, 14, INK)


def _line(page, labels, values, colors, name):
    width, height = page.size
    left, top, right, bottom = 12, 52, width - 8, height - 30
    for k in range(4):
        y = bottom - (bottom - top) * k / 3
        page.draw.line((left, y, right, y), fill=GRID)
    page.draw.line((left, bottom, right, bottom), fill=INK)
    step = (right - left) / len(values)
    points = [(left + (i + 0.5) * step, bottom - 12 - (bottom - top - 12) * value / max(values)) for i, value in enumerate(values)]
    page.draw.line(points, fill=PALETTE[colors[0]], width=2)
    for (x, y), label, value in zip(points, labels, values):
        page.draw.ellipse((x - 3, y - 3, x + 3, y + 3), fill=PALETTE[colors[0]])
        page.write(x, y - 12, str(value), name, 14, INK, "middle")
        page.write(x, bottom + 13, label, name, 14, INK, "middle")


def _pie(page, labels, values, colors, name):
    width, height = page.size
    radius = (height - 60) / 2
    x, y = radius + 14, 38 + radius
    start = -90.0
    for value, color in zip(values, colors):
        stop = start + 3.6 * value
        page.draw.pieslice((x - radius, y - radius, x + radius, y + radius), start, stop, fill=PALETTE[color], outline=(255, 255, 255))
        middle = math.radians((start + stop) / 2)
        page.write(x + 0.65 * radius * math.cos(middle), y + 0.65 * radius * math.sin(middle), str(value), name, 14, (255, 255, 255), "middle")
        start = stop
    for i, (label, color) in enumerate(zip(labels, colors)):
        row = y - 0.5 * 24 * (len(labels) - 1) + 24 * i
        page.draw.rectangle((2 * radius + 44, row - 6, 2 * radius + 56, row + 6), fill=PALETTE[color])
        page.write(2 * radius + 64, row, label, name, 14, INK)


STYLES = {"bars": (_bars, "a bar chart"), "rows": (_rows, "a bar chart"), "line": (_line, "a line chart"), "pie": (_pie, "a pie chart")}


def _values(random, style, count):
    if style != "pie":
        return random.sample(range(8, 100), count)
    while True:  # shares that add up to 100, none too thin for its number
        cuts = sorted(random.sample(range(8, 93), count - 1))
        shares = [b - a for a, b in zip([0] + cuts, cuts + [100])]
        if min(shares) >= 8 and len(set(shares)) == count:
            return shares


def _ask(random, page, style, title, noun, labels, values, colors):
    ask = lambda category, text, answer, origin: page.questions.append(Question("chart", category, text, answer, (), origin))
    pairs = list(zip(labels, values, colors))
    for label, value, _ in random.sample(pairs, 2):
        ask("value", f"What is the value of {label}?", str(value), "augmented")
    label, value, _ = random.choice(pairs)
    ask("value", f"Which value does the chart show for {label}?", str(value), "augmented")
    ask("title", "What is the title of the chart?", title, "augmented")
    ask("extreme", f"Which {noun} has the highest value?", labels[values.index(max(values))], "human")
    ask("extreme", f"Which {noun} has the lowest value?", labels[values.index(min(values))], "human")
    ask("extreme", "What is the highest value?", str(max(values)), "human")
    shown = {"bars": "bars", "rows": "bars", "line": "points", "pie": "slices"}[style]
    ask("count", f"How many {shown} are in the chart?", str(len(values)), "human")
    if style == "pie" or len(set(colors)) > 1:
        label, _, color = random.choice(pairs)
        ask("color", f"What is the color of {label}?", color, "human")
    if style == "line":
        ask("color", "What is the color of the line?", colors[0], "human")
    (first, a, _), (second, b, _) = random.sample(pairs, 2)
    ask("compare", f"Is the value of {first} greater than that of {second}?", "Yes" if a > b else "No", "human")
    ask("difference", "What is the difference between the highest and the lowest value?", str(max(values) - min(values)), "human")
    page.questions.append(Question("read", "text", "Read all the text in the image.", page.text()))
    page.questions.append(Question("read", "table", "Give the data of the chart as a table.", "\n".join(f"{x} {v}" for x, v, _ in pairs)))


def draw_chart(random):
    title, noun, pool = random.choice(CHARTS)
    style = random.choice(list(STYLES))
    count = random.randint(3, 4 if style == "pie" else 5)
    labels = random.sample(pool, count)
    if noun in ("month", "year", "day"):
        labels.sort(key=pool.index)
    values = _values(random, style, count)
    many = style == "pie" or random.random() < 0.4
    colors = random.sample(list(PALETTE), count) if many else [random.choice(list(PALETTE))] * count
    plot, shows = STYLES[style]
    page = Page(int(random.uniform(326, 346)), int(random.uniform(218, 230)), random.choice(((255, 255, 255), (252, 252, 248), (246, 248, 252))),
                shows)
    name = random.choice(FONTS[:3])
    page.write(page.size[0] / 2, 15, title, name, 17, INK, "middle")
    plot(page, labels, values, colors, name)
    page.content += [style, title] + [f"{label} {value}" for label, value in zip(labels, values)]
    _ask(random, page, style, title, noun, labels, values, colors)
    scale = random.choice((1.0, 1.0, 1.3, 1.6))
    if scale != 1.0:
        page.rescale(int(page.size[0] * scale), int(page.size[1] * scale))
    return page
