"""Receipts, forms and letters with rendered text: pictures for DocVQA."""

from page import Page, Question, cells_for
from scenes import finish
from words import CITIES, FIRST_NAMES, GOODS, JOBS, LAST_NAMES, PAYMENTS, SHORT_MONTHS, SHOPS, STREETS, TOPICS

PAPERS = [(255, 255, 255), (253, 251, 244), (246, 247, 250), (250, 250, 250)]
INK, PALE = (30, 30, 35), (70, 70, 90)


def _date(random):
    day, month, year = random.randint(1, 28), random.randint(1, 12), random.randint(1990, 2024)
    return random.choice((f"{day} {SHORT_MONTHS[month - 1]} {year}", f"{day:02d}/{month:02d}/{year}", f"{year}-{month:02d}-{day:02d}"))


def _price(cents):
    return f"{cents // 100}.{cents % 100:02d}"


def _fitting(draw, cells):
    """Draws until what is drawn takes at most so many cells."""
    while cells_for(text := draw()) > cells:
        pass
    return text


def _paper(random, shows):
    return Page(random, 1, 2, random.choice(PAPERS), shows)


def _ask(page, category, text, answer):
    page.questions.append(Question("document", category, text, answer))


def draw_receipt(random):
    page = _paper(random, "a receipt")
    shop, date, pay = random.choice(SHOPS), _date(random), random.choice(PAYMENTS)
    street = f"{random.randint(1, 99)} {random.choice(STREETS)} St."
    goods = [(good, random.randint(1, 19) * 50 + random.choice((0, 0, 25, 45))) for good in random.sample(GOODS, random.randint(2, 3))]
    total = sum(cents for _, cents in goods)
    page.put(0, 0, shop, INK, bold=True)
    page.put(1, 0, street, INK)
    page.put(2, 0, date, INK)
    row = 3
    for good, cents in goods:
        page.put(row, 0, good, INK)
        page.put(row, 2, _price(cents), INK)
        row += 1
    page.draw.line((4, 28 * row, 108, 28 * row), fill=(120, 120, 120))
    page.put(row, 0, "Total", INK, bold=True)
    page.put(row, 2, _price(total), INK, bold=True)
    page.put(row + 1, 0, f"Paid by {pay}", INK)
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
    title = random.choice(("Application", "Registration", "Order Form", "Member Card", "Visitor Form"))
    fields = [
        ("Name", "What is the name on the form?", _fitting(lambda: f"{random.choice(FIRST_NAMES)} {random.choice(LAST_NAMES)}", 3)),
        ("Date", "What is the date on the form?", _date(random)),
        ("City", "Which city is on the form?", random.choice(CITIES)),
        ("Tel.", "What is the phone number?", f"{random.randint(200, 999)}-{random.randint(1000, 9999)}"),
        ("Age", "What is the age?", str(random.randint(18, 90))),
        ("Job", "What is the job?", random.choice(JOBS)),
        ("Road", "What is the road?", f"{random.randint(1, 99)} {random.choice(STREETS)}"),
        ("No.", "What is the number of the form?", str(random.randint(1000, 99999))),
    ]
    fields = random.sample(fields, random.randint(4, 6))
    page.put(0, 0, title, INK, bold=True)
    for row, (label, question, value) in enumerate(fields, 1):
        page.put(row, 0, label, PALE)
        page.put(row, 1, value, INK)
        page.draw.line((28, 28 * row + 26, 108, 28 * row + 26), fill=(190, 190, 190))
        _ask(page, "form", question, value)
    _ask(page, "form", "What is the title of the form?", title)
    page.content += [title] + [value for _, _, value in fields]
    return page


def draw_letter(random):
    page = _paper(random, "a letter")
    to, sender = random.sample(FIRST_NAMES, 2)
    last, city, date, topic = random.choice(LAST_NAMES), random.choice(CITIES), _date(random), random.choice(TOPICS)
    day = random.choice(("Monday", "Tuesday", "Thursday", "Friday", "Saturday", "Sunday"))
    page.put(0, 2, city, INK)
    page.put(1, 1, date, INK)
    lines = [f"Dear {to},", random.choice(("thank you for", "join us for the", "all about our")), topic, f"Meet on {day}",
             random.choice(("Best wishes,", "Yours truly,", "Kind regards,")), f"{sender} {last}"]
    for row, line in enumerate(lines, 2):
        page.put(row, 0, line, INK)
    page.content += [to, sender, last, city, date, topic, day]
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
    return finish(random, page)
