#!/usr/bin/env python3
"""Prints what the reference finds of options behind a prompt: the plain sum of each option's token log-probabilities, one whole forward pass an option.

usage: rank_options.py VARIANT CASE OPTION...     (a variant of data/ in transformers' own layout, say native_qwen2)

The prompt's ids and the number of tiles come from cases.json, the picture's features from golden.safetensors, so that nothing but the language
model is run here. Run with transformers 5.23.0, torch 2.13.0 (CPU, one thread), float32, eager attention.
"""
import json
import os
import sys

import torch
from safetensors.torch import load_file
from transformers import AutoModelForImageTextToText, AutoTokenizer


def main():
    variant, name, options = sys.argv[1], sys.argv[2], sys.argv[3:]
    torch.set_num_threads(1)
    folder = os.path.join(os.path.dirname(os.path.abspath(__file__)), "data", variant)
    with open(f"{folder}/cases.json", encoding="utf-8") as file:
        recorded = json.load(file)
    case = next(case for case in recorded["cases"] if case["name"] == name)
    model = AutoModelForImageTextToText.from_pretrained(f"{folder}/checkpoint", dtype=torch.float32, attn_implementation="eager").eval()
    tokenizer = AutoTokenizer.from_pretrained(f"{folder}/checkpoint")
    features = load_file(f"{folder}/golden.safetensors").get(f"{name}.projector")
    prompt = torch.tensor(case["token_ids"])
    for option in options:
        ids = torch.tensor(tokenizer(option, add_special_tokens=False).input_ids)
        whole = torch.cat([prompt, ids])
        with torch.inference_mode():
            rows = model.get_input_embeddings()(whole).clone()
            if features is not None:
                rows[whole == recorded["image_token_id"]] = features.reshape(-1, features.shape[-1])
            logits = model.lm_head(model.model.language_model(inputs_embeds=rows[None]).last_hidden_state)[0].double()
        sums = torch.log_softmax(logits, -1)[len(prompt) - 1:-1].gather(1, ids[:, None]).sum().item()
        print(f"{option!r}: {ids.tolist()} sum {sums:.6f} mean {sums / len(ids):.6f}")


main()
