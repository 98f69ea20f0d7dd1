#!/usr/bin/env python3
"""Makes the tiny checkpoints, tokenizers and pictures that the parity goldens are computed from.

usage: make_checkpoints.py OUT        (OUT is tests/parity/data; README.md tells the rest of the recipe)

Every number comes from a seed that is the CRC-32 of "variant/tensor name", every tokenizer is trained on TEXT below, and
every picture is drawn by a formula: nothing here was downloaded. Needs: torch, safetensors, sentencepiece, tokenizers, pillow.
"""
import json
import math
import os
import sys
import zlib

import sentencepiece
import torch
from PIL import Image, ImageDraw
from safetensors.torch import save_file
from tokenizers import AddedToken, Regex, Tokenizer, decoders, models, normalizers, pre_tokenizers, processors, trainers

TEXT = """What is in this picture? The picture shows a red circle on a green field.
How many bars are in the chart? There are seven bars in the chart, and the third bar is the tallest.
Answer the question using a single word or phrase. Answer with the letter of the option from the choices given.
Is there a boat on the water? Yes, there is a boat near the shore. No, there is no boat.
You are an assistant who reads charts, tables and signs, and answers in short sentences.
The user asks a question about the image, and the assistant answers the question about the image.
system user assistant human bot system user assistant human bot image image image question answer
Compare the two images: which of them is wider, and which of them is taller? The first is wider than the second.
Describe the image in detail. It is a grid of tiles, from the top left to the bottom right, row by row.
Where was the sign placed? It was placed to the left of the door, above the second step.
The value rose from 12 to 345 in 1998, then fell to 67 by 2006; the mean was 8.90 percent.
A table lists the name, the price and the number of each thing that was sold in that year.
Read the words on the sign. They say: open from nine to five, closed on the last day of the month.
这张图片里有什么？图片里有一个红色的圆。请看图回答问题。你是一个有用的助手，请用中文回答。
图中有几个人？图中有三个人。这个模型由我们自己训练，只用于测试。英文名是什么？
Encore une question : combien de pommes y a-t-il ? Il y en a quatre, dit-elle, déjà trouvées.
""".splitlines()

OWN_SYSTEM = "You are an assistant who reads charts, tables and signs."


# ---------------------------------------------------------------------------------------------------------- pictures

def draw_pictures(folder):
    """Five pictures of different shape and PNG kind: RGB, RGBA, palette, grey."""
    def waves(width, height, turns):
        image = Image.new("RGB", (width, height))
        image.putdata([(int(127 + 120 * math.sin(turns * x / width * 6)), int(127 + 120 * math.cos(turns * y / height * 5)),
                        (x * 255 // width + y * 128 // height) % 256) for y in range(height) for x in range(width)])
        return image

    square = waves(60, 60, 1)
    ImageDraw.Draw(square).ellipse((12, 14, 40, 42), fill=(220, 30, 40))
    square.save(f"{folder}/square.png")                                  # one tile

    wide = waves(180, 120, 2)
    ImageDraw.Draw(wide).rectangle((30, 20, 75, 90), fill=(20, 160, 60))
    wide.save(f"{folder}/wide.png")                                      # 3 x 2 tiles

    tall = waves(80, 250, 1.5).convert("RGBA")
    tall.putalpha(Image.linear_gradient("L").resize(tall.size))
    ImageDraw.Draw(tall).line((0, 0, 79, 249), fill=(255, 255, 0, 40), width=5)
    tall.save(f"{folder}/tall.png")                                      # 1 x 3 tiles, alpha to be dropped

    strip = waves(230, 56, 3).quantize(32)
    strip.save(f"{folder}/strip.png")                                    # 4 x 1 tiles, palette

    grey = waves(130, 130, 1).convert("L")
    ImageDraw.Draw(grey).polygon([(65, 10), (120, 110), (10, 110)], fill=250)
    grey.save(f"{folder}/grey.png")                                      # a square that the area rule cuts into more tiles


# -------------------------------------------------------------------------------------------------------- tokenizers

# Each maker below writes one tokenizer's files and returns what the language model's config says of it, and the template's stop.
IMAGE_TOKENS = ["<img>", "</img>", "<IMG_CONTEXT>", "<quad>", "</quad>", "<ref>", "</ref>", "<box>", "</box>"]


def write_json(path, value):
    with open(path, "w", encoding="utf-8") as out:
        json.dump(value, out, indent=1, ensure_ascii=False)
        out.write("\n")


def train_sentencepiece(folder, symbols, dummy_prefix, pieces=420):
    """BPE with byte fallback, no normalisation; rare letters are left to the bytes. Returns the number of pieces."""
    with open(f"{folder}/tokenizer.model", "wb") as out:
        sentencepiece.SentencePieceTrainer.train(
            sentence_iterator=iter(TEXT), model_writer=out, model_type="bpe", vocab_size=pieces, byte_fallback=True,
            character_coverage=0.985, normalization_rule_name="identity", add_dummy_prefix=dummy_prefix,
            remove_extra_whitespaces=False, split_digits=True, user_defined_symbols=symbols, num_threads=1,
            unk_id=0, bos_id=1, eos_id=2, pad_id=-1, minloglevel=2)
    return pieces


def added(content, special=True, rstrip=False):
    return {"content": content, "lstrip": False, "normalized": False, "rstrip": rstrip, "single_word": False, "special": special}


def base_tokens(ids=("<unk>", "<s>", "</s>")):
    return {str(i): added(t) for i, t in enumerate(ids)}


def internlm2_tokenizer(folder):
    """Unused user-defined pieces inside the model are renamed by added_tokens_decoder, the image tokens follow the model."""
    unused = [f"[UNUSED_TOKEN_{i}]" for i in range(141, 147)]
    size = train_sentencepiece(folder, ["\n"] + unused, dummy_prefix=False)
    sp = sentencepiece.SentencePieceProcessor(model_file=f"{folder}/tokenizer.model")
    names = ["<|plugin|>", "<|interpreter|>", "<|action_end|>", "<|action_start|>", "<|im_end|>", "<|im_start|>"]
    decoder = base_tokens() | {str(sp.piece_to_id(u)): added(n) for u, n in zip(unused, names)}
    decoder |= {str(size + i): added(t) for i, t in enumerate(IMAGE_TOKENS)}
    write_json(f"{folder}/tokenizer_config.json", {
        "add_bos_token": True, "add_eos_token": False, "added_tokens_decoder": decoder, "bos_token": "<s>", "eos_token": "</s>",
        "pad_token": "</s>", "unk_token": "<unk>", "clean_up_tokenization_spaces": False, "model_max_length": 8192,
        "additional_special_tokens": names + IMAGE_TOKENS, "tokenizer_class": "InternLM2Tokenizer"})
    return dict(vocab_size=size + len(IMAGE_TOKENS), bos_token_id=1, eos_token_id=2, stop=sp.piece_to_id(unused[4]))


def yi_tokenizer(folder):
    """The LLaMA class without bos, its chat marks being pieces of the model."""
    size = train_sentencepiece(folder, ["<|im_start|>", "<|im_end|>"], dummy_prefix=False)
    sp = sentencepiece.SentencePieceProcessor(model_file=f"{folder}/tokenizer.model")
    decoder = base_tokens() | {str(sp.piece_to_id(t)): added(t) for t in ("<|im_start|>", "<|im_end|>")}
    decoder |= {str(size + i): added(t) for i, t in enumerate(IMAGE_TOKENS)}
    write_json(f"{folder}/tokenizer_config.json", {
        "add_bos_token": False, "add_eos_token": False, "added_tokens_decoder": decoder, "additional_special_tokens": IMAGE_TOKENS,
        "bos_token": "<s>", "eos_token": "<|im_end|>", "pad_token": "<unk>", "unk_token": "<unk>", "clean_up_tokenization_spaces": False,
        "legacy": True, "sp_model_kwargs": {}, "tokenizer_class": "LlamaTokenizer"})
    return dict(vocab_size=size + len(IMAGE_TOKENS), bos_token_id=1, eos_token_id=2, stop=sp.piece_to_id("<|im_end|>"))


def llama2_tokenizer(folder):
    """The LLaMA class with bos and dummy prefix, in the older files: added_tokens.json and special_tokens_map.json."""
    size = train_sentencepiece(folder, [], dummy_prefix=True)
    write_json(f"{folder}/added_tokens.json", {t: size + i for i, t in enumerate(IMAGE_TOKENS)})
    write_json(f"{folder}/special_tokens_map.json", {
        "additional_special_tokens": IMAGE_TOKENS, "bos_token": "<s>", "eos_token": "</s>", "unk_token": "<unk>", "pad_token": "</s>"})
    write_json(f"{folder}/tokenizer_config.json", {
        "add_bos_token": True, "add_eos_token": False, "bos_token": "<s>", "eos_token": "</s>", "unk_token": "<unk>",
        "pad_token": "</s>", "clean_up_tokenization_spaces": False, "sp_model_kwargs": {}, "tokenizer_class": "LlamaTokenizer"})
    return dict(vocab_size=size + len(IMAGE_TOKENS), bos_token_id=1, eos_token_id=2, stop=2)


def phi3_tokenizer(folder):
    """The LLaMA class with legacy off and chat marks that swallow the whitespace after them."""
    size = train_sentencepiece(folder, [], dummy_prefix=True)
    marks = ["<|endoftext|>", "<|assistant|>", "<|placeholder1|>", "<|system|>", "<|end|>", "<|user|>"]
    decoder = base_tokens() | {str(size + i): added(t, rstrip=t != "<|endoftext|>") for i, t in enumerate(marks)}
    decoder["2"] = added("</s>", special=False, rstrip=True)
    decoder |= {str(size + len(marks) + i): added(t) for i, t in enumerate(IMAGE_TOKENS)}
    write_json(f"{folder}/tokenizer_config.json", {
        "add_bos_token": False, "add_eos_token": False, "added_tokens_decoder": decoder, "additional_special_tokens": IMAGE_TOKENS,
        "bos_token": "<s>", "eos_token": "<|endoftext|>", "pad_token": "<|endoftext|>", "unk_token": "<unk>", "clean_up_tokenization_spaces": False,
        "legacy": False, "sp_model_kwargs": {}, "tokenizer_class": "LlamaTokenizer"})
    return dict(vocab_size=size + len(marks) + len(IMAGE_TOKENS), bos_token_id=1, eos_token_id=size, pad_token_id=size,
                stop=size + marks.index("<|end|>"))


QWEN2_SPLIT = (r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+")
CHAT_MARKS = ["<|endoftext|>", "<|im_start|>", "<|im_end|>"]


def byte_level(size=360):
    tokenizer = Tokenizer(models.BPE())
    tokenizer.normalizer = normalizers.NFC()
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence([
        pre_tokenizers.Split(Regex(QWEN2_SPLIT), "isolated"), pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False)])
    tokenizer.decoder = decoders.ByteLevel()
    tokenizer.train_from_iterator(TEXT, trainers.BpeTrainer(
        vocab_size=size, initial_alphabet=sorted(pre_tokenizers.ByteLevel.alphabet()), show_progress=False))
    return tokenizer


def qwen2_slow_tokenizer(folder):
    """vocab.json and merges.txt, as the Qwen2-based releases of the original layout carry them."""
    tokenizer = byte_level()
    tokenizer.model.save(folder)
    size = tokenizer.get_vocab_size()
    marks = CHAT_MARKS + IMAGE_TOKENS
    write_json(f"{folder}/added_tokens.json", {t: size + i for i, t in enumerate(marks)})
    write_json(f"{folder}/tokenizer_config.json", {
        "add_prefix_space": False, "added_tokens_decoder": {str(size + i): added(t) for i, t in enumerate(marks)},
        "additional_special_tokens": marks[1:], "bos_token": None, "clean_up_tokenization_spaces": False, "eos_token": "<|im_end|>",
        "errors": "replace", "pad_token": "<|endoftext|>", "split_special_tokens": False, "tokenizer_class": "Qwen2Tokenizer",
        "unk_token": None})
    end = size + marks.index("<|im_end|>")
    return dict(vocab_size=size + len(marks), bos_token_id=size, eos_token_id=end, stop=end)


def qwen2_fast_tokenizer(folder, bos=None):
    """tokenizer.json alone; with bos, its post-processor puts that token in front."""
    tokenizer = byte_level()
    marks = CHAT_MARKS + IMAGE_TOKENS[:3] + ([bos] if bos else [])
    tokenizer.add_special_tokens([AddedToken(t, special=True, normalized=False) for t in marks])
    if bos:
        tokenizer.post_processor = processors.TemplateProcessing(
            single=f"{bos} $A", pair=f"{bos} $A $B", special_tokens=[(bos, tokenizer.token_to_id(bos))])
    tokenizer.save(f"{folder}/tokenizer.json")
    write_json(f"{folder}/tokenizer_config.json", {
        "bos_token": bos, "clean_up_tokenization_spaces": False, "eos_token": "<|im_end|>", "pad_token": "<|endoftext|>",
        "additional_special_tokens": marks[1:], "tokenizer_class": "PreTrainedTokenizerFast"})
    rows = (tokenizer.get_vocab_size() + 15) // 16 * 16                  # padded rows, as released files have them
    end = tokenizer.token_to_id("<|im_end|>")
    return dict(vocab_size=rows, bos_token_id=tokenizer.token_to_id(bos or "<|endoftext|>"), eos_token_id=end, stop=end)


def llama3_fast_tokenizer(folder):
    return qwen2_fast_tokenizer(folder, bos="<|begin_of_text|>")


# ----------------------------------------------------------------------------------------------------------- weights

def spread(name):
    """(mean, deviation as a multiple of 1/sqrt(inputs) or absolute, per kind of tensor): lively enough that replies differ."""
    if name.endswith((".ls1", ".ls2", "lambda_1", "lambda_2")):
        return 0.5, 0.1, False
    if name.endswith("bias"):
        return 0.0, 0.1, False
    if "position_embedding" in name or "class_embedding" in name or "cls_token" in name:
        return 0.0, 0.5, False
    if "norm" in name or name in ("mlp1.0.weight",):
        return 1.0, 0.1, False
    if "embed_tokens" in name or "tok_embeddings" in name:
        return 0.0, 1.0, False
    if "lm_head" in name or name.endswith("language_model.output.weight"):
        return 0.0, 2.0, True
    return 0.0, 1.2, True


# In these the residual streams start and stay small, so that a wrong epsilon in any norm shows in the logits.
QUIET = {"internlm2_resized", "llama_zh"}


def is_quiet(name):
    return name.endswith((".ls1", ".ls2")) or "embedding" in name or "embed_tokens" in name


def fill(variant, shapes, dtype):
    tensors = {}
    for name, shape in shapes.items():
        generator = torch.Generator().manual_seed(zlib.crc32(f"{variant}/{name}".encode()))
        mean, deviation, by_inputs = spread(name)
        if by_inputs:
            deviation /= math.sqrt(math.prod(shape[1:]))
        tensor = torch.randn(shape, generator=generator) * deviation + mean
        tensors[name] = (tensor * 0.03 if variant in QUIET and is_quiet(name) else tensor).to(dtype)
    return tensors


def vision_shapes(v):
    """InternViT by the names of the original releases."""
    d, ff, grid = v["hidden_size"], v["intermediate_size"], v["image_size"] // v["patch_size"]
    s = {"embeddings.class_embedding": [1, 1, d], "embeddings.patch_embedding.weight": [d, 3, v["patch_size"], v["patch_size"]],
         "embeddings.patch_embedding.bias": [d], "embeddings.position_embedding": [1, grid * grid + 1, d]}
    for i in range(v["num_hidden_layers"]):
        p = f"encoder.layers.{i}."
        s |= {p + "attn.qkv.weight": [3 * d, d], p + "attn.proj.weight": [d, d], p + "attn.proj.bias": [d],
              p + "mlp.fc1.weight": [ff, d], p + "mlp.fc1.bias": [ff], p + "mlp.fc2.weight": [d, ff], p + "mlp.fc2.bias": [d],
              p + "norm1.weight": [d], p + "norm2.weight": [d], p + "ls1": [d], p + "ls2": [d]}
        if v["qkv_bias"]:
            s[p + "attn.qkv.bias"] = [3 * d]
        if v["qk_normalization"]:
            s |= {p + "attn.q_norm.weight": [d], p + "attn.k_norm.weight": [d]}
        if v["norm_type"] == "layer_norm":
            s |= {p + "norm1.bias": [d], p + "norm2.bias": [d]}
    return {"vision_model." + k: shape for k, shape in s.items()}


def native_vision_shapes(v):
    """The same tower by transformers' names: q, k, v apart, and (as its code has it) biases on LayerNorm only."""
    d, ff, grid = v["hidden_size"], v["intermediate_size"], v["image_size"][0] // v["patch_size"][0]
    s = {"embeddings.cls_token": [1, 1, d], "embeddings.patch_embeddings.projection.weight": [d, 3, *v["patch_size"]],
         "embeddings.patch_embeddings.projection.bias": [d], "embeddings.position_embeddings": [1, grid * grid + 1, d]}
    for i in range(v["num_hidden_layers"]):
        p = f"encoder.layer.{i}."
        for x in "qkv":
            s[f"{p}attention.{x}_proj.weight"] = [d, d]
            if v["attention_bias"]:
                s[f"{p}attention.{x}_proj.bias"] = [d]
        s |= {p + "attention.projection_layer.weight": [d, d], p + "attention.projection_layer.bias": [d],
              p + "mlp.fc1.weight": [ff, d], p + "mlp.fc1.bias": [ff], p + "mlp.fc2.weight": [d, ff], p + "mlp.fc2.bias": [d],
              p + "layernorm_before.weight": [d], p + "layernorm_after.weight": [d], p + "lambda_1": [d], p + "lambda_2": [d]}
        if v["use_qk_norm"]:
            s |= {p + "attention.q_norm.weight": [d], p + "attention.k_norm.weight": [d]}
        if v["norm_type"] == "layer_norm":
            s |= {p + "layernorm_before.bias": [d], p + "layernorm_after.bias": [d]}
    return {"vision_tower." + k: shape for k, shape in s.items()}


def llama_shapes(m, biases):
    """LLaMA and, with biases on q, k and v, Qwen2; without the "model." in front."""
    d, ff, width = m["hidden_size"], m["intermediate_size"], m["hidden_size"] // m["num_attention_heads"]
    s = {"embed_tokens.weight": [m["vocab_size"], d], "norm.weight": [d]}
    for i in range(m["num_hidden_layers"]):
        p = f"layers.{i}."
        for x, heads in (("q", m["num_attention_heads"]), ("k", m["num_key_value_heads"]), ("v", m["num_key_value_heads"])):
            s[f"{p}self_attn.{x}_proj.weight"] = [heads * width, d]
            if biases:
                s[f"{p}self_attn.{x}_proj.bias"] = [heads * width]
        s |= {p + "self_attn.o_proj.weight": [d, d], p + "mlp.gate_proj.weight": [ff, d], p + "mlp.up_proj.weight": [ff, d],
              p + "mlp.down_proj.weight": [d, ff], p + "input_layernorm.weight": [d], p + "post_attention_layernorm.weight": [d]}
    return s


def language_shapes(m):
    """The language model by the names of the original releases."""
    d, ff, width = m["hidden_size"], m["intermediate_size"], m["hidden_size"] // m["num_attention_heads"]
    kind, rows = m["architectures"][0], (m["num_attention_heads"] + 2 * m["num_key_value_heads"]) * width
    if kind == "InternLM2ForCausalLM":
        s = {"model.tok_embeddings.weight": [m["vocab_size"], d], "model.norm.weight": [d], "output.weight": [m["vocab_size"], d]}
        for i in range(m["num_hidden_layers"]):
            p = f"model.layers.{i}."
            s |= {p + "attention.wqkv.weight": [rows, d], p + "attention.wo.weight": [d, d], p + "feed_forward.w1.weight": [ff, d],
                  p + "feed_forward.w2.weight": [d, ff], p + "feed_forward.w3.weight": [ff, d],
                  p + "attention_norm.weight": [d], p + "ffn_norm.weight": [d]}
    elif kind == "Phi3ForCausalLM":
        s = {"model.embed_tokens.weight": [m["vocab_size"], d], "model.norm.weight": [d], "lm_head.weight": [m["vocab_size"], d]}
        for i in range(m["num_hidden_layers"]):
            p = f"model.layers.{i}."
            s |= {p + "self_attn.qkv_proj.weight": [rows, d], p + "self_attn.o_proj.weight": [d, d],
                  p + "mlp.gate_up_proj.weight": [2 * ff, d], p + "mlp.down_proj.weight": [d, ff],
                  p + "input_layernorm.weight": [d], p + "post_attention_layernorm.weight": [d]}
    else:
        s = {"model." + k: shape for k, shape in llama_shapes(m, biases=kind == "Qwen2ForCausalLM").items()}
        s["lm_head.weight"] = [m["vocab_size"], d]
    return {"language_model." + k: shape for k, shape in s.items()}


# ---------------------------------------------------------------------------------------------------------- variants

def vit(kind, image_size=56, layers=2):
    big = kind == "6b"
    return dict(architectures=["InternVisionModel"], model_type="intern_vit_6b", hidden_size=32, num_hidden_layers=layers,
                num_attention_heads=4, intermediate_size=64, image_size=image_size, patch_size=14, num_channels=3,
                qkv_bias=not big, qk_normalization=big, norm_type="rms_norm" if big else "layer_norm", layer_norm_eps=1e-6,
                hidden_act="gelu", dropout=0.0, drop_path_rate=0.0, attention_dropout=0.0, initializer_factor=0.1,
                initializer_range=0.02)


def llm(kind, **more):
    theta, eps = {"internlm2": (1e6, 1e-5), "llama": (5e6, 1e-5), "qwen2": (1e6, 1e-6), "phi3": (1e4, 1e-5)}[kind]
    names = {"internlm2": "InternLM2ForCausalLM", "llama": "LlamaForCausalLM", "qwen2": "Qwen2ForCausalLM", "phi3": "Phi3ForCausalLM"}
    return dict(architectures=[names[kind]], model_type=kind, hidden_size=32, num_hidden_layers=2, num_attention_heads=4,
                num_key_value_heads=2, intermediate_size=64, hidden_act="silu", max_position_embeddings=4096, rms_norm_eps=eps,
                rope_theta=theta, rope_scaling=None, tie_word_embeddings=False) | more


NTK = dict(bias=False, rope_scaling=dict(type="dynamic", factor=2.0))
LONGROPE = dict(rope_scaling=dict(type="su", short_factor=[1.0, 1.1, 1.25, 1.5], long_factor=[1.0, 2.5, 6.0, 11.0]),
                original_max_position_embeddings=197, max_position_embeddings=3152, sliding_window=None)

# name: (weights' dtype, tokenizer, vision, language, top of config.json)
ORIGINAL = {
    "internlm2": (torch.float32, internlm2_tokenizer, vit("300m"), llm("internlm2", **NTK | dict(max_position_embeddings=210)),
                  dict(template="internlm2-chat", ps_version="v2")),
    "internlm2_resized": (torch.bfloat16, internlm2_tokenizer, vit("300m", image_size=84), llm("internlm2", num_attention_heads=2, num_key_value_heads=1, **NTK),
                          dict(template="internvl2_5", ps_version="v2", force_image_size=112)),
    "llama": (torch.bfloat16, yi_tokenizer, vit("6b"), llm("llama"), dict(template="Hermes-2", ps_version="v1")),
    "llama_zh": (torch.float16, llama2_tokenizer, vit("6b", image_size=112, layers=3), llm("llama", num_key_value_heads=4, rope_theta=1e4),
                 dict(template="internvl_zh", ps_version="v1", select_layer=-2, dynamic_image_size=False, use_thumbnail=False)),
    "qwen2": (torch.bfloat16, qwen2_slow_tokenizer, vit("300m"), llm("qwen2"),
              dict(template="internvl2_5", ps_version="v2", max_dynamic_patch=12, system_message=OWN_SYSTEM)),
    "phi3": (torch.bfloat16, phi3_tokenizer, vit("300m"), llm("phi3", num_key_value_heads=4, **LONGROPE),
             dict(template="phi3-chat", ps_version="v2")),
}


def native_vit(kind):
    big = kind == "6b"
    return dict(model_type="internvl_vision", hidden_size=32, num_hidden_layers=2, num_attention_heads=4, intermediate_size=64,
                image_size=[56, 56], patch_size=[14, 14], num_channels=3, attention_bias=not big, use_qk_norm=big,
                norm_type="rms_norm" if big else "layer_norm", layer_norm_eps=1e-6, hidden_act="gelu", layer_scale_init_value=0.1,
                use_absolute_position_embeddings=True, use_mask_token=False, use_mean_pooling=True, attention_dropout=0.0,
                hidden_dropout_prob=0.0, projection_dropout=0.0, initializer_range=0.02)


def native_llm(kind):
    m = llm(kind)
    del m["rope_scaling"]
    return m


NATIVE = {  # name: (dtype, tokenizer, vision, language, whether the names start with "model.")
    "native_qwen2": (torch.bfloat16, qwen2_fast_tokenizer, native_vit("300m"), native_llm("qwen2"), True),
    "native_llama": (torch.bfloat16, llama3_fast_tokenizer, native_vit("6b"), native_llm("llama"), False),
}


def make_original(name, folder):
    dtype, tokenizer, vision, language, top = ORIGINAL[name]
    language |= tokenizer(folder)
    write_json(f"{folder}/generation_config.json", dict(do_sample=False, eos_token_id=language.pop("stop")))
    config = dict(architectures=["InternVLChatModel"], model_type="internvl_chat", downsample_ratio=0.5, dynamic_image_size=True,
                  force_image_size=56, min_dynamic_patch=1, max_dynamic_patch=6, pad2square=False, select_layer=-1, use_thumbnail=True,
                  use_backbone_lora=0, use_llm_lora=0, tie_word_embeddings=False, torch_dtype=str(dtype).removeprefix("torch."),
                  vision_config=vision, llm_config=language) | top
    d, wide = language["hidden_size"], 4 * vision["hidden_size"]
    shapes = vision_shapes(vision) | language_shapes(language) | {
        "mlp1.0.weight": [wide], "mlp1.0.bias": [wide], "mlp1.1.weight": [d, wide], "mlp1.1.bias": [d],
        "mlp1.3.weight": [d, d], "mlp1.3.bias": [d]}
    save_file(fill(name, shapes, dtype), f"{folder}/model.safetensors", {"format": "pt"})
    write_json(f"{folder}/config.json", config)


def make_native(name, folder):
    dtype, tokenizer, vision, language, new_prefix = NATIVE[name]
    language |= tokenizer(folder)
    write_json(f"{folder}/generation_config.json", dict(do_sample=False, eos_token_id=language.pop("stop")))
    image = Tokenizer.from_file(f"{folder}/tokenizer.json").token_to_id("<IMG_CONTEXT>")
    d, wide = language["hidden_size"], 4 * vision["hidden_size"]
    base = native_vision_shapes(vision) | {
        "multi_modal_projector.layer_norm.weight": [wide], "multi_modal_projector.layer_norm.bias": [wide],
        "multi_modal_projector.linear_1.weight": [d, wide], "multi_modal_projector.linear_1.bias": [d],
        "multi_modal_projector.linear_2.weight": [d, d], "multi_modal_projector.linear_2.bias": [d]}
    text = llama_shapes(language, biases=language["model_type"] == "qwen2")
    if new_prefix:
        shapes = {"model." + k: s for k, s in base.items()} | {"model.language_model." + k: s for k, s in text.items()}
        shapes["lm_head.weight"] = [language["vocab_size"], d]
    else:
        shapes = base | {"language_model.model." + k: s for k, s in text.items()}
        shapes["language_model.lm_head.weight"] = [language["vocab_size"], d]
    save_file(fill(name, shapes, dtype), f"{folder}/model.safetensors", {"format": "pt"})
    write_json(f"{folder}/config.json", dict(
        architectures=["InternVLForConditionalGeneration"], model_type="internvl", downsample_ratio=0.5, image_token_id=image,
        image_seq_length=4, projector_hidden_act="gelu", vision_feature_layer=-1, vision_feature_select_strategy="default",
        tie_word_embeddings=False, dtype=str(dtype).removeprefix("torch."), vision_config=vision, text_config=language))
    write_json(f"{folder}/preprocessor_config.json", dict(
        crop_to_patches=True, do_convert_rgb=True, do_normalize=True, do_rescale=True, do_resize=True, min_patches=1, max_patches=6,
        image_mean=[0.485, 0.456, 0.406], image_std=[0.229, 0.224, 0.225], resample=3, rescale_factor=1 / 255,
        size=dict(height=56, width=56), image_processor_type="GotOcr2ImageProcessor", processor_class="InternVLProcessor"))


def main():
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    out = sys.argv[1]
    os.makedirs(f"{out}/pictures", exist_ok=True)
    draw_pictures(f"{out}/pictures")
    for name in ORIGINAL | NATIVE:
        folder = f"{out}/{name}/checkpoint"
        os.makedirs(folder, exist_ok=True)
        (make_original if name in ORIGINAL else make_native)(name, folder)
        print(f"{name}: {sum(e.stat().st_size for e in os.scandir(folder)) / 1000:.0f} kB")


if __name__ == "__main__":
    main()
