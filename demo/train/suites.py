#!/usr/bin/env python3
"""Draws the demo's suites and writes them in the benchmarks' official layouts. Seeded: the same command gives the same bytes.

usage: suites.py FOLDER [--seed N] [--share 1.0]

Only pictures that split.py keeps away from training are taken. What it writes is committed as demo/data, so nobody needs to run it to use
Assay. Needs Pillow and the DejaVu fonts (Debian: fonts-dejavu-core); made with Pillow 13.0.0 and fonts-dejavu-core 2.37.
"""

import argparse
import base64
import collections
import io
import json
import pathlib
import random
import shutil

import charts
import documents
import drawing
import scenes
import split

MME_IN_FOLDERS = ("scene",)  # the official set parts pictures and questions of these subtasks into two folders
PLACES = ("existence", "count", "position", "color", "scene", "OCR", "numerical_calculation")
CHOICES = {  # our category -> what MMBench calls such questions (category, l2-category), and SEED-Bench's dimension
    "color": ("attribute_recognition", "finegrained_perception (instance-level)", "Instance Attributes"),
    "shape": ("object_localization", "finegrained_perception (instance-level)", "Instance Identity"),
    "object identity": ("object_localization", "finegrained_perception (instance-level)", "Instance Identity"),
    "counting": ("object_localization", "finegrained_perception (instance-level)", "Instances Counting"),
    "location": ("spatial_relationship", "finegrained_perception (cross-instance)", "Instance Location"),
    "relation": ("spatial_relationship", "finegrained_perception (cross-instance)", "Spatial Relation"),
    "text": ("ocr", "finegrained_perception (instance-level)", "Text Recognition"),
    "scene": ("image_scene", "coarse_perception", "Scene Understanding"),
}
SEED_TYPES = {"Scene Understanding": 1, "Instance Identity": 2, "Instance Attributes": 3, "Instance Location": 4, "Instances Counting": 5,
              "Spatial Relation": 6, "Instance Interaction": 7, "Visual Reasoning": 8, "Text Recognition": 9}


class Pictures:
    """Fresh held-out pages; none is handed out twice."""

    def __init__(self, seed):
        self.chance, self.seen = random.Random(f"suites/{seed}"), set()

    def take(self, maker, wanted=lambda page: True):
        while True:
            page = maker(self.chance)
            drawing.ask_what_it_shows(self.chance, page)
            content = tuple(sorted(page.content))
            if split.is_for_suites(page) and content not in self.seen and wanted(page):
                self.seen.add(content)
                return page

    def maker_for(self, category):
        if category in ("OCR", "text"):
            return scenes.draw_sign
        if category == "numerical_calculation":
            return scenes.draw_sum
        if category == "scene":
            return self.chance.choices((scenes.draw_sign, scenes.draw_sum, charts.draw_chart, documents.draw_document), (1, 1, 3, 3))[0]
        return scenes.draw_scene


def png(page):
    held = io.BytesIO()
    page.image.save(held, "PNG", optimize=True)
    return held.getvalue()


def of(page, suite, category):
    return [q for q in page.questions if q.suite == suite and q.category == category]


def write_json(path, value):
    path.write_text(json.dumps(value, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


def write_mme(folder, pictures, count):
    for subtask in PLACES:
        place = folder / subtask
        images, texts = (place / "images", place / "questions_answers_YN") if subtask in MME_IN_FOLDERS else (place, place)
        for part in {images, texts}:
            part.mkdir(parents=True, exist_ok=True)
        for i in range(count):
            page = pictures.take(pictures.maker_for(subtask), lambda page: len(of(page, "mme", subtask)) >= 2)
            (images / f"{i:04d}.png").write_bytes(png(page))
            yes, no = of(page, "mme", subtask)[:2]
            (texts / f"{i:04d}.txt").write_text("".join(f"{q.text} Please answer yes or no.\t{q.answer}\n" for q in (yes, no)))


def choices(pictures, count):
    """`count` questions of each category, each on a page of its own, with its four options shuffled."""
    for category in CHOICES:
        for _ in range(count):
            page = pictures.take(pictures.maker_for(category), lambda page: of(page, "choice", category))
            question = of(page, "choice", category)[0]
            options = [question.answer, *question.options]
            pictures.chance.shuffle(options)
            yield page, category, question, options


def write_mmbench(folder, pictures, count):
    """VLMEvalKit's TSV with every rotation: a rotated row's index is its question's plus k million, its picture its question's index."""
    folder.mkdir(parents=True)
    rows = ["index\tquestion\tA\tB\tC\tD\tanswer\tcategory\tl2-category\tsplit\timage"]
    first, turned = [], []
    for index, (page, category, question, options) in enumerate(choices(pictures, count)):
        for k in range(4):
            turn = options[k:] + options[:k]
            image = base64.b64encode(png(page)).decode() if k == 0 else str(index)
            ours, above, _ = CHOICES[category]
            row = [str(index + k * 1_000_000), question.text, *turn, "ABCD"[turn.index(question.answer)], ours, above, "dev", image]
            (turned if k else first).append("\t".join(row))
    (folder / "MMBench_DEV_EN.tsv").write_text("\n".join(rows + first + turned) + "\n")


def write_seed(folder, pictures, count):
    images = folder / "SEED-Bench-image"
    images.mkdir(parents=True)
    questions = []
    for number, (page, category, question, options) in enumerate(choices(pictures, count)):
        name = f"{number:04d}.png"
        (images / name).write_bytes(png(page))
        questions.append({"question_id": str(number), "question": question.text, **{f"choice_{letter}": o for letter, o in zip("abcd", options)},
                          "answer": "ABCD"[options.index(question.answer)], "data_id": name, "data_type": "image",
                          "question_type_id": SEED_TYPES[CHOICES[category][2]]})
    write_json(folder / "SEED-Bench.json", {"question_type": SEED_TYPES, "questions": questions})


def write_docvqa(folder, pictures, count):
    pages = folder / "documents"
    pages.mkdir(parents=True)
    data = []
    for i in range(count):
        page = pictures.take((documents.draw_receipt, documents.draw_form, documents.draw_letter)[i % 3])
        name = f"{page.shows.split()[-1]}_{i:03d}.png"
        (pages / name).write_bytes(png(page))
        asked = [q for q in page.questions if q.suite == "document"]
        for question in pictures.chance.sample(asked, 3):
            data.append({"questionId": len(data) + 1, "question": question.text, "image": f"documents/{name}", "docId": i,
                         "answers": [question.answer], "data_split": "val"})
    write_json(folder / "val_v1.0.json", {"dataset_name": "assay-demo-docvqa", "dataset_version": "1.0", "dataset_split": "val", "data": data})


def write_chartqa(folder, pictures, count):
    images = folder / "test" / "png"
    images.mkdir(parents=True)
    asked = {"human": [], "augmented": []}
    for i in range(count):
        page = pictures.take(charts.draw_chart)
        name = f"{page.shows.split()[1]}_{i:03d}.png"
        (images / name).write_bytes(png(page))
        for origin, questions in asked.items():
            for question in pictures.chance.sample([q for q in page.questions if q.suite == "chart" and q.origin == origin], 2):
                questions.append({"imgname": name, "query": question.text, "label": question.answer})
    for origin, questions in asked.items():
        write_json(folder / "test" / f"test_{origin}.json", questions)


def write_pope(folder, pictures, count):
    """Three present and three absent things a picture; the absent ones drawn at random, by frequency, and by company, as POPE does."""
    images = folder / "images"
    images.mkdir(parents=True)
    pages = [pictures.take(scenes.draw_scene, lambda page: len({t.kind for t in page.things}) > 1) for _ in range(count)]
    present = [sorted({t.kind for t in page.things}) for page in pages]
    frequency = collections.Counter(kind for kinds in present for kind in kinds)
    company = collections.Counter((a, b) for kinds in present for a in kinds for b in kinds if a != b)
    lines = collections.defaultdict(list)
    for i, (page, kinds) in enumerate(zip(pages, present)):
        name = f"scene_{i:04d}.png"
        (images / name).write_bytes(png(page))
        absent = [kind for kind in scenes.KINDS if kind not in kinds]
        asked = pictures.chance.sample(kinds, min(3, len(kinds)))
        drawn = {"random": pictures.chance.sample(absent, len(absent)),
                 "popular": sorted(absent, key=lambda kind: (-frequency[kind], kind)),
                 "adversarial": sorted(absent, key=lambda kind: (-sum(company[kind, other] for other in kinds), kind))}
        for category, order in drawn.items():
            for yes, no in zip(asked, order):
                for kind, label in ((yes, "yes"), (no, "no")):
                    lines[category].append({"question_id": len(lines[category]) + 1, "image": name, "text": f"Is there a {kind} in the image?", "label": label})
    for category, found in lines.items():
        (folder / f"coco_pope_{category}.json").write_text("".join(json.dumps(line) + "\n" for line in found))


def main():
    arg = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arg.add_argument("folder", type=pathlib.Path)
    arg.add_argument("--seed", type=int, default=1)
    arg.add_argument("--share", type=float, default=1.0, help="of the pictures, for a quick look")
    a = arg.parse_args()
    pictures = Pictures(a.seed)
    count = lambda full: max(1, round(full * a.share))
    for name, write, full in (("mme", write_mme, 12), ("MMBench", write_mmbench, 10), ("SEED-Bench", write_seed, 15), ("docvqa", write_docvqa, 36),
                              ("chartqa", write_chartqa, 36), ("pope", write_pope, 40)):
        shutil.rmtree(a.folder / name, ignore_errors=True)
        write(a.folder / name, pictures, count(full))
        print(f"{name}: {sum(f.stat().st_size for f in (a.folder / name).rglob('*') if f.is_file()) / 1e6:.2f} MB", flush=True)


if __name__ == "__main__":
    main()
