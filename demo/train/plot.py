#!/usr/bin/env python3
"""Draws a training's log.jsonl as an SVG: the two losses and the share of reply tokens foreseen, over the pictures seen.

usage: plot.py LOG.jsonl OUT.svg
"""

import json
import pathlib
import sys

WIDTH, HEIGHT, LEFT, TOP, RIGHT, BOTTOM = 720, 360, 56, 24, 700, 310
LINES = (("reply_loss", "replies' loss", "#c33"), ("seeing_loss", "cells' loss", "#36c"), ("tokens_right", "reply tokens right", "#282"))


def main():
    logged = [json.loads(line) for line in pathlib.Path(sys.argv[1]).read_text().splitlines()]
    rows = list({row["step"]: row for row in logged}.values())  # a training that was stopped does some steps again
    most, high = rows[-1]["pictures"], 3.0
    across = lambda pictures: LEFT + (RIGHT - LEFT) * pictures / most
    down = lambda value: BOTTOM - (BOTTOM - TOP) * min(value, high) / high
    parts = [f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" font-family="sans-serif" font-size="12">',
             f'<rect width="{WIDTH}" height="{HEIGHT}" fill="#fff"/>']
    for k in range(7):
        value = high * k / 6
        parts.append(f'<path d="M{LEFT} {down(value):.1f}H{RIGHT}" stroke="#ddd"/><text x="{LEFT - 6}" y="{down(value) + 4:.1f}" text-anchor="end">{value:.1f}</text>')
    for k in range(6):
        pictures = most * k / 5
        parts.append(f'<text x="{across(pictures):.1f}" y="{BOTTOM + 18}" text-anchor="middle">{pictures / 1000:.0f}k</text>')
    parts.append(f'<text x="{(LEFT + RIGHT) / 2}" y="{BOTTOM + 38}" text-anchor="middle">pictures seen</text>')
    for i, (key, name, color) in enumerate(LINES):
        points = [(across(r["pictures"]), down(r[key])) for r in rows if r["reply_loss"] > 0 or key == "seeing_loss"]
        parts.append('<path fill="none" stroke="%s" stroke-width="1.5" d="M%s"/>' % (color, "L".join(f"{x:.1f} {y:.1f}" for x, y in points)))
        parts.append(f'<text x="{RIGHT - 150}" y="{TOP + 16 + 18 * i}" fill="{color}">{name}</text>')
    pathlib.Path(sys.argv[2]).write_text("\n".join(parts + ["</svg>"]) + "\n")


if __name__ == "__main__":
    main()
