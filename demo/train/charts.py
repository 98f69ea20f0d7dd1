"""Bar, line and pie charts with axes, labels and legends: pictures for ChartQA."""

from page import CELL, Page, Question
from scenes import finish
from words import CHARTS

PALETTE = {"blue": (60, 105, 200), "red": (205, 60, 60), "green": (55, 150, 85), "orange": (235, 150, 30), "purple": (135, 80, 170), "gray": (130, 130, 130)}
INK = (35, 35, 35)
GRID = (215, 215, 215)


WHITE = (255, 255, 255)


def _bars(page, labels, values, colors):
    """Upright bars on their labels, each with its value at its foot."""
    top, bottom = 1.1 * CELL, 3 * CELL - 1
    for i, (label, value, color) in enumerate(zip(labels, values, colors)):
        height = CELL + (bottom - top - CELL) * value / max(values)
        page.draw.rectangle((2 * CELL * i, bottom - height, 2 * CELL * i + 38, bottom), fill=PALETTE[color])
        page.put(2, 2 * i, str(value), WHITE, bold=True)
        page.put(3, 2 * i, label, INK)
    page.draw.line((0, bottom, page.size[0], bottom), fill=INK)


def _rows(page, labels, values, colors):
    """Lying bars beside their labels, each with its value at its foot."""
    left, right = 2 * CELL, page.size[0] - 6
    for i, (label, value, color) in enumerate(zip(labels, values, colors)):
        y = CELL * (i + 1.5)
        page.draw.rectangle((left - 1, y - 10, left + CELL + (right - left - CELL) * value / max(values), y + 10), fill=PALETTE[color])
        page.put(i + 1, 0, label, INK)
        page.put(i + 1, 2, str(value), WHITE, bold=True)
    page.draw.line((left - 1, CELL, left - 1, CELL * (len(values) + 1)), fill=INK)


def _line(page, labels, values, colors):
    """A line over a small table of its points."""
    top, bottom = 1.2 * CELL, 2 * CELL - 2
    points = [(2 * CELL * i + 12, bottom - (bottom - top) * value / max(values)) for i, value in enumerate(values)]
    page.draw.line((0, 2 * CELL, page.size[0], 2 * CELL), fill=GRID)
    page.draw.line(points, fill=PALETTE[colors[0]], width=2)
    for i, ((x, y), label, value) in enumerate(zip(points, labels, values)):
        page.draw.ellipse((x - 3, y - 3, x + 3, y + 3), fill=PALETTE[colors[0]])
        page.put(2, 2 * i, str(value), INK)
        page.put(3, 2 * i, label, INK)


def _pie(page, labels, values, colors):
    """Slices beside a legend with their labels and values."""
    x, y, radius = 2 * CELL, 2.5 * CELL, 1.4 * CELL
    start = -90.0
    for value, color in zip(values, colors):
        page.draw.pieslice((x - radius, y - radius, x + radius, y + radius), start, start + 3.6 * value, fill=PALETTE[color], outline=WHITE)
        start += 3.6 * value
    for i, (label, value, color) in enumerate(zip(labels, values, colors)):
        row = CELL * (i + 1.5)
        page.draw.rectangle((4 * CELL + 8, row - 7, 4 * CELL + 22, row + 7), fill=PALETTE[color])
        page.put(i + 1, 5, label, INK)
        page.put(i + 1, 7, str(value), INK)


STYLES = {"bars": (_bars, "a bar chart"), "rows": (_rows, "a bar chart"), "line": (_line, "a line chart"), "pie": (_pie, "a pie chart")}


def _values(random, style, count):
    if style != "pie":
        return random.sample(range(10, 100), count)
    while True:  # shares that add up to 100, none too thin for its number
        cuts = sorted(random.sample(range(10, 91), count - 1))
        shares = [b - a for a, b in zip([0] + cuts, cuts + [100])]
        if min(shares) >= 10 and len(set(shares)) == count:
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
    page.questions.append(Question("read", "text", "Read all the text in the image.", page.text()))
    page.questions.append(Question("read", "table", "Give the data of the chart as a table.", "\n".join(f"{x} {v}" for x, v, _ in pairs)))


def draw_chart(random):
    title, noun, pool = random.choice(CHARTS)
    style = random.choice(list(STYLES))
    tall = style == "rows" and random.random() < 0.3
    count = random.randint(4, 6) if tall else 3 if style in ("rows", "pie") else random.randint(3, 4)
    labels = random.sample(pool, count)
    if noun in ("month", "year", "day"):
        labels.sort(key=pool.index)
    values = _values(random, style, count)
    many = style == "pie" or random.random() < 0.4
    colors = random.sample(list(PALETTE), count) if many else [random.choice(list(PALETTE))] * count
    plot, shows = STYLES[style]
    page = Page(random, 2, 2 if tall else 1, random.choice(((255, 255, 255), (252, 252, 248), (246, 248, 252))), shows)
    page.put(0, 1, title, INK, bold=True)
    plot(page, labels, values, colors)
    page.content += [style, title] + [f"{label} {value}" for label, value in zip(labels, values)]
    _ask(random, page, style, title, noun, labels, values, colors)
    return finish(random, page)
