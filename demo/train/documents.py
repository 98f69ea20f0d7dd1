"""Receipts, forms and letters with rendered text: pictures for DocVQA."""

from page import FONTS, Page, Question
from words import CITIES, FIRST_NAMES, GOODS, JOBS, LAST_NAMES, MONTHS, PAYMENTS, SHOPS, STREETS, TOPICS

PAPERS = [(255, 255, 255), (253, 251, 244), (246, 247, 250), (250, 250, 250)]
INK = (30, 30, 35)


def _date(random):
    day, month, year = random.randint(1, 28), random.randint(1, 12), random.randint(1990, 2024)
    return random.choice((f"{day} {MONTHS[month - 1]} {year}", f"{day:02d}/{month:02d}/{year}", f"{year}-{month:02d}-{day:02d}"))


def _price(cents):
    return f"{cents // 100}.{cents % 100:02d}"


def _paper(random, shows):
    return Page(int(random.uniform(219, 229)), int(random.uniform(328, 344)), random.choice(PAPERS), shows)


def _ask(page, category, text, answer):
    page.questions.append(Question("document", category, text, answer))


def draw_receipt(random):
    page = _paper(random, "a receipt")
    width, _ = page.size
    name = random.choice((FONTS[0], FONTS[2], FONTS[3]))
    size = 15 if name != FONTS[3] else 14
    shop, date, pay = random.choice(SHOPS), _date(random), random.choice(PAYMENTS)
    street = f"{random.randint(1, 99)} {random.choice(STREETS)} Street"
    goods = [(good, random.randint(1, 20) * 50 + random.choice((0, 0, 25, 45))) for good in random.sample(GOODS, random.randint(2, 4))]
    total = sum(cents for _, cents in goods)
    y = 24
    page.write(width / 2, y, shop, FONTS[1], 19, INK, "middle")
    page.write(width / 2, y + 28, street, name, size, INK, "middle")
    page.write(width / 2, y + 52, date, name, size, INK, "middle")
    y += 82
    page.draw.line((10, y - 14, width - 10, y - 14), fill=(120, 120, 120))
    for good, cents in goods:
        page.write(12, y, good, name, size, INK)
        page.write(width - 12, y, _price(cents), name, size, INK, "right")
        y += 28
    page.draw.line((10, y - 12, width - 10, y - 12), fill=(120, 120, 120))
    page.write(12, y + 4, "Total", FONTS[1], size, INK)
    page.write(width - 12, y + 4, _price(total), FONTS[1], size, INK, "right")
    page.write(12, y + 34, f"Paid by {pay}", name, size, INK)
    page.content += [shop, street, date, _price(total)]
    _ask(page, "receipt", "What is the name of the shop?", shop)
    _ask(page, "receipt", "What is the total?", _price(total))
    _ask(page, "receipt", "What is the date on the receipt?", date)
    _ask(page, "receipt", "What is the address of the shop?", street)
    _ask(page, "receipt", "How was the receipt paid?", pay)
    for good, cents in random.sample(goods, 2):
        _ask(page, "receipt", f"What is the price of {good}?", _price(cents))
    return page


def draw_form(random):
    page = _paper(random, "a form")
    width, height = page.size
    name = random.choice((FONTS[0], FONTS[2]))
    title = random.choice(("Application", "Registration", "Order Form", "Member Card", "Visitor Form"))
    fields = [
        ("Name", "What is the name on the form?", f"{random.choice(FIRST_NAMES)} {random.choice(LAST_NAMES)}"),
        ("Date", "What is the date on the form?", _date(random)),
        ("City", "Which city is on the form?", random.choice(CITIES)),
        ("Phone", "What is the phone number?", f"{random.randint(200, 999)}-{random.randint(1000, 9999)}"),
        ("Age", "What is the age?", str(random.randint(18, 90))),
        ("Job", "What is the job?", random.choice(JOBS)),
        ("Street", "What is the street?", f"{random.randint(1, 99)} {random.choice(STREETS)} Street"),
        ("No.", "What is the number of the form?", str(random.randint(1000, 99999))),
    ]
    fields = random.sample(fields, random.randint(4, 6))
    page.write(width / 2, 26, title, FONTS[1], 19, INK, "middle")
    step = min(44, (height - 70) // len(fields))
    y = 66
    for label, question, value in fields:
        page.write(10, y, f"{label}:", name, 15, (70, 70, 90))
        page.write(72, y, value, FONTS[3] if random.random() < 0.15 and len(value) < 17 else name, 15, INK)
        page.draw.line((70, y + 12, width - 10, y + 12), fill=(190, 190, 190))
        _ask(page, "form", question, value)
        y += step
    _ask(page, "form", "What is the title of the form?", title)
    page.content += [title] + [value for _, _, value in fields]
    return page


def draw_letter(random):
    page = _paper(random, "a letter")
    width, _ = page.size
    name = random.choice((FONTS[0], FONTS[2]))
    to, sender = random.sample(FIRST_NAMES, 2)
    last, city, date, topic = random.choice(LAST_NAMES), random.choice(CITIES), _date(random), random.choice(TOPICS)
    day = random.choice(("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"))
    hour = random.randint(1, 12)
    page.write(width - 12, 22, city, name, 15, INK, "right")
    page.write(width - 12, 46, date, name, 15, INK, "right")
    lines = [f"Dear {to},", random.choice(("thank you for the", "I write about the", "please join the")), topic + ".",
             f"We meet on {day}", f"at {hour} o'clock.", random.choice(("Best wishes,", "Yours truly,", "Kind regards,")), f"{sender} {last}"]
    y = 88
    for i, line in enumerate(lines):
        page.write(12, y, line, name, 15, INK)
        y += 34 if i in (0, 4) else 26
    page.content += [to, sender, last, city, date, topic, day, str(hour)]
    _ask(page, "letter", "Who is the letter addressed to?", to)
    _ask(page, "letter", "Who wrote the letter?", f"{sender} {last}")
    _ask(page, "letter", "What is the date of the letter?", date)
    _ask(page, "letter", "In which city was the letter written?", city)
    _ask(page, "letter", "On which day do they meet?", day)
    _ask(page, "letter", "What is the letter about?", topic)
    return page


def draw_document(random):
    page = random.choice((draw_receipt, draw_form, draw_letter))(random)
    page.questions.append(Question("read", "text", "Read all the text in the image.", page.text()))
    scale = random.choice((1.0, 1.0, 1.3, 1.6))
    if scale != 1.0:
        page.rescale(int(page.size[0] * scale), int(page.size[1] * scale))
    return page
