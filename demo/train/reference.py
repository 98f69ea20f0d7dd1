#!/usr/bin/env python3
"""Asks transformers' InternVLForConditionalGeneration every question of the demo's suites, in float32, one at a time.

usage: reference.py MODEL DATA OUT.jsonl
  MODEL is demo/model; its tensors are renamed (qkv parted) to transformers' names, and nothing else. Tiling, prompts and tokens are made
  here, not by Assay. Each line: {"benchmark", "id", "reply", "token_ids"}. The result is committed as tests/demo/replies.jsonl.

Needs: torch, transformers >= 5, safetensors, tokenizers, Pillow.
"""

import argparse
import base64
import csv
import io
import json
import pathlib

import torch
from PIL import Image
from safetensors.torch import load_file
from transformers import InternVLConfig, InternVLForConditionalGeneration

import asking
import suites
import tiles
import tokens


def native_names(state):
    """Tensors under transformers' names."""
    out = {}
    for name, tensor in state.items():
        if name.startswith("language_model."):
            out["model." + name.replace("language_model.model.", "language_model.")] = tensor
        elif name.startswith("mlp1."):
            part, kind = name.split(".")[1:]
            out[f"model.multi_modal_projector.{ {'0': 'layer_norm', '1': 'linear_1', '3': 'linear_2'}[part] }.{kind}"] = tensor
        elif ".attn.qkv." in name:
            base = "model.vision_tower." + name.replace("vision_model.", "").replace("encoder.layers.", "encoder.layer.")
            for letter, part in zip("qkv", tensor.chunk(3)):
                out[base.replace("attn.qkv", f"attention.{letter}_proj")] = part.clone()
        else:
            new = "model.vision_tower." + name.replace("vision_model.", "").replace("encoder.layers.", "encoder.layer.")
            for ours, theirs in (("attn.proj", "attention.projection_layer"), ("norm1", "layernorm_before"), ("norm2", "layernorm_after"),
                                 ("ls1", "lambda_1"), ("ls2", "lambda_2"), ("class_embedding", "cls_token"),
                                 ("position_embedding", "position_embeddings"), ("patch_embedding", "patch_embeddings.projection")):
                new = new.replace(ours, theirs)
            out[new] = tensor
    return out


def load(folder, context):
    ours = json.loads((folder / "config.json").read_text())
    vision, text = ours["vision_config"], dict(ours["llm_config"])
    text["rope_parameters"] = {"rope_type": "default", "rope_theta": text.pop("rope_theta")}
    config = InternVLConfig(
        vision_config={**{key: vision[key] for key in ("hidden_size", "num_hidden_layers", "num_attention_heads", "intermediate_size", "layer_norm_eps")},
                       "image_size": [vision["image_size"]] * 2, "patch_size": [vision["patch_size"]] * 2, "attention_bias": True},
        text_config=text, image_token_id=context, downsample_ratio=ours["downsample_ratio"], image_seq_length=tiles.GRID ** 2,
        tie_word_embeddings=True)
    model = InternVLForConditionalGeneration(config).float().eval()
    state = native_names({name: tensor.float() for name, tensor in load_file(folder / "model.safetensors").items()})
    missing, surplus = model.load_state_dict(state, strict=False)
    assert not surplus and set(missing) <= {"lm_head.weight"}, (missing, surplus)
    model.tie_weights()
    return model


def questions(data):
    """(benchmark, id, picture, text, suite) of every sample, in the suites' order."""
    for subtask in suites.PLACES:
        place = data / "mme" / subtask
        texts, images = (place / "questions_answers_YN", place / "images") if subtask in suites.MME_IN_FOLDERS else (place, place)
        for path in sorted(texts.glob("*.txt")):
            for i, line in enumerate(path.read_text().splitlines()):
                yield "mme", f"{subtask}/{path.stem}.png/{i}", (images / f"{path.stem}.png").read_bytes(), f"{line.split(chr(9))[0]} {asking.SHORT}", "mme"
    csv.field_size_limit(10**8)
    rows = list(csv.DictReader((data / "MMBench" / "MMBench_DEV_EN.tsv").open(), delimiter="\t"))
    stored = {row["index"]: row["image"] for row in rows}
    for row in rows:
        image = stored[row["image"]] if row["image"] in stored else row["image"]
        yield ("mmbench_dev_en", row["index"], base64.b64decode(image),
               asking.choice_text(row["question"], [row[letter] for letter in "ABCD"]), "choice")
    seed = data / "SEED-Bench"
    for q in json.loads((seed / "SEED-Bench.json").read_text())["questions"]:
        text = asking.choice_text(q["question"], [q[f"choice_{letter}"] for letter in "abcd"])
        yield "seed_bench", q["question_id"], (seed / "SEED-Bench-image" / q["data_id"]).read_bytes(), text, "choice"
    for q in json.loads((data / "docvqa" / "val_v1.0.json").read_text())["data"]:
        yield "docvqa_val", str(q["questionId"]), (data / "docvqa" / q["image"]).read_bytes(), f"{q['question']}\n{asking.SHORT}", "document"
    for origin in ("human", "augmented"):
        for i, q in enumerate(json.loads((data / "chartqa" / "test" / f"test_{origin}.json").read_text())):
            image = (data / "chartqa" / "test" / "png" / q["imgname"]).read_bytes()
            yield "chartqa_test", f"{origin}/{i}", image, f"{q['query']}\n{asking.SHORT}", "chart"
    for category in ("random", "popular", "adversarial"):
        for line in (data / "pope" / f"coco_pope_{category}.json").read_text().splitlines():
            q = json.loads(line)
            yield "pope", f"{category}/{q['question_id']}", (data / "pope" / "images" / q["image"]).read_bytes(), q["text"], "pope"


@torch.inference_mode()
def main():
    arg = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arg.add_argument("model", type=pathlib.Path)
    arg.add_argument("data", type=pathlib.Path)
    arg.add_argument("out", type=pathlib.Path)
    arg.add_argument("--threads", type=int, default=1)
    a = arg.parse_args()
    torch.set_num_threads(a.threads)
    tokenizer = tokens.load(a.model)
    context, end = tokenizer.token_to_id("<IMG_CONTEXT>"), tokenizer.token_to_id("<|im_end|>")
    model = load(a.model, context)
    start, close = tokenizer.encode(asking.PREFIX).ids, [tokenizer.token_to_id("</img>")]
    mean, deviation = torch.tensor(tiles.MEAN).view(1, 3, 1, 1), torch.tensor(tiles.DEVIATION).view(1, 3, 1, 1)
    with a.out.open("w") as out:
        for benchmark, name, picture, text, suite in questions(a.data):
            _, cut = tiles.cut(Image.open(io.BytesIO(picture)).convert("RGB"), asking.MAX_TILES[suite])
            pixels = (torch.from_numpy(cut).permute(0, 3, 1, 2).float() / 255 - mean) / deviation
            ids = start + [context] * (len(cut) * tiles.GRID ** 2) + close + tokenizer.encode(asking.frame(text)).ids
            whole = model.generate(input_ids=torch.tensor([ids]), pixel_values=pixels, attention_mask=torch.ones(1, len(ids), dtype=torch.long),
                                   max_new_tokens=32, do_sample=False, eos_token_id=end, pad_token_id=end)
            written = whole[0, len(ids):].tolist()
            reply = tokenizer.decode(written, skip_special_tokens=True).strip()
            out.write(json.dumps({"benchmark": benchmark, "id": name, "reply": reply, "token_ids": written}, ensure_ascii=False) + "\n")


if __name__ == "__main__":
    main()
