"""The words around a question: what Assay's default prompt profiles say for each suite, and the chat template's frame."""

SYSTEM = "Answer from the picture."
PREFIX = f"<|im_start|>system\n{SYSTEM}<|im_end|>\n<|im_start|>user\n<img>"  # then <IMG_CONTEXT> for each token, then </img>
SHORT = "Answer the question using a single word or phrase."
LETTER = "Answer with the option's letter from the given choices directly."
MAX_TILES = {"mme": 6, "pope": 6, "choice": 6, "chart": 12, "document": 18, "read": 6}


def frame(text):
    """What follows </img> up to the reply."""
    return f"\n{text}<|im_end|>\n<|im_start|>assistant\n"


def choice_text(question, options):
    return question + "".join(f"\n{letter}. {option}" for letter, option in zip("ABCD", options)) + "\n" + LETTER


def ask(question, random):
    """Returns the user's text and the reply that is wanted."""
    if question.suite == "mme":
        return f"{question.text} Please answer yes or no. {SHORT}", question.answer
    if question.suite == "pope":
        return question.text + ("\n" + SHORT if random.random() < 0.3 else ""), question.answer
    if question.suite == "choice":
        options = [question.answer, *question.options]
        random.shuffle(options)
        return choice_text(question.text, options), "ABCD"[options.index(question.answer)]
    if question.suite == "read" and question.category in ("text", "table", "list") and question.text.split()[0] in ("Read", "Give", "List"):
        return question.text, question.answer
    return f"{question.text}\n{SHORT}", question.answer
