"""Trains the demo's tokenizer: byte-level BPE with Qwen2's way of parting text, on questions and replies. The words that options are made of are one token each."""

import json
import pathlib
import random

from tokenizers import AddedToken, Regex, Tokenizer, decoders, models, normalizers, pre_tokenizers, trainers

import asking
import drawing
from scenes import COLORS, KINDS, PLACE, SIDES, plural
from words import SIGN_WORDS

SPECIAL = ["<|endoftext|>", "<|im_start|>", "<|im_end|>", "<img>", "</img>", "<IMG_CONTEXT>"]
PARTS = r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"
SIZE = 2048


def _texts(count):
    chance = random.Random("tokenizer")
    for _ in range(count):
        page = drawing.draw(chance)
        for question in page.questions:
            text, answer = asking.ask(question, chance)
            yield asking.frame(text) + answer
        yield asking.SYSTEM


def _whole_words():
    words = [form(word) for word in SIGN_WORDS for form in (str.lower, str.capitalize, str.upper)]
    words += [*COLORS, *KINDS, *map(plural, KINDS), *SIDES, *PLACE.values()]
    return [start + word for word in dict.fromkeys(words) for start in ("Ġ", "")]


def _add_whole_words(tokenizer):
    """Adds merges behind the trained ones until each word is one token: a small model compares tokens more easily than spellings."""
    described = json.loads(tokenizer.to_str())
    vocabulary, merges = described["model"]["vocab"], described["model"]["merges"]
    while True:
        parted = [pieces for word in _whole_words() if len(pieces := [token.value for token in tokenizer.model.tokenize(word)]) > 1]
        if not parted:
            return tokenizer
        for first, second in dict.fromkeys((pieces[0], pieces[1]) for pieces in parted):
            merges.append([first, second])
            vocabulary.setdefault(first + second, len(vocabulary))
        tokenizer = Tokenizer.from_str(json.dumps(described))


def train(folder):
    tokenizer = Tokenizer(models.BPE())
    tokenizer.normalizer = normalizers.NFC()
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence(
        [pre_tokenizers.Split(Regex(PARTS), "isolated"), pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False)])
    tokenizer.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(vocab_size=SIZE - len(SPECIAL), initial_alphabet=pre_tokenizers.ByteLevel.alphabet(), min_frequency=8,
                                  show_progress=False)
    plain = (text.replace("<|im_start|>", "").replace("<|im_end|>", "") for text in _texts(3000))
    tokenizer.train_from_iterator(plain, trainer)
    tokenizer = _add_whole_words(tokenizer)
    tokenizer.add_special_tokens([AddedToken(token, special=True, normalized=False) for token in SPECIAL])
    folder = pathlib.Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    tokenizer.save(str(folder / "tokenizer.json"))
    config = {"add_prefix_space": False, "bos_token": None, "clean_up_tokenization_spaces": False, "eos_token": "<|im_end|>", "errors": "replace",
              "model_max_length": 4096, "pad_token": "<|endoftext|>", "split_special_tokens": False, "tokenizer_class": "PreTrainedTokenizerFast",
              "unk_token": None, "additional_special_tokens": SPECIAL[1:]}
    (folder / "tokenizer_config.json").write_text(json.dumps(config, indent=1) + "\n")


def load(folder):
    return Tokenizer.from_file(str(pathlib.Path(folder) / "tokenizer.json"))
