"""The mixture of pictures that training draws from."""

import charts
import documents
import scenes
from page import Question

MIXTURE = [(scenes.draw_scene, 0.46), (scenes.draw_sign, 0.22), (scenes.draw_sum, 0.05), (charts.draw_chart, 0.22), (documents.draw_document, 0.05)]
SHOWN = ("things", "a sign", "a sum", "a bar chart", "a line chart", "a pie chart", "a receipt", "a form", "a letter")


def ask_what_it_shows(random, page):
    wrong = tuple(random.sample([other for other in SHOWN if other != page.shows], 3))
    page.questions += [
        Question("mme", "scene", f"Does this image show {page.shows}?", "Yes"),
        Question("mme", "scene", f"Does this image show {wrong[0]}?", "No"),
        Question("choice", "scene", "What does the picture show?", page.shows, wrong),
    ]


def draw(random):
    makers, weights = zip(*MIXTURE)
    page = random.choices(makers, weights)[0](random)
    ask_what_it_shows(random, page)
    return page
