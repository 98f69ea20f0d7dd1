"""Which pictures are for training and which for the suites.

Two rules, both a matter of the picture alone, so that neither run nor seed can mix the halves:
- what is drawn (the sorted list of things, words and numbers, without where they stand): its CRC-32 is a multiple of 8;
- the pixels as stored: the CRC-32 of "WIDTHxHEIGHT:" and the RGB bytes is a multiple of 8.
Training takes a picture only where both say no, the suites only where both say yes. So the sums, words with their company, charts and
pages of the suites are new to the model, not just their pixels. tests/demo holds every picture in demo/data against the second rule.
"""

import zlib

ONE_IN = 8


def pixels_are_held_out(image):
    return zlib.crc32(b"%dx%d:" % image.size + image.tobytes()) % ONE_IN == 0


def content_is_held_out(page):
    return zlib.crc32("\n".join(sorted(page.content)).encode()) % ONE_IN == 0


def is_for_training(page):
    return not content_is_held_out(page) and not pixels_are_held_out(page.image)


def is_for_suites(page):
    return content_is_held_out(page) and pixels_are_held_out(page.image)
