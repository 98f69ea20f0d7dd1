#!/usr/bin/env python3
"""Makes tiny InternLM-XComposer2 checkpoints, and what the reference implementations make of them.

usage: make_xcomposer.py OUT XCOMPOSER VLMEVALKIT      with transformers 4.37
  OUT is tests/parity/xcomposer; XCOMPOSER is InternLM/InternLM-XComposer's tree at 0f70c3e, VLMEVALKIT open-compass/VLMEvalKit's at e8e78f0.
  Writes OUT/<version>/ for 2d5, 4khd and square with checkpoint/, cases.json and golden.safetensors, and OUT/beams.json.

2d5: XComposer2.5 by the repository's own code (internlm-xcomposer2d5-ol-7b/base: modeling_internlm_xcomposer2.py, modeling_internlm2.py, build_mlp.py,
ixc_utils.py, tokenization_internlm2.py), its literal sizes replaced: tiles of 560 pixels by 56, width 4096 by the tiny model's, LoRA rank and alpha 256
by 16. chat cases go through its interleav_wrap_chat.
4khd and square (XComposer2-4KHD, XComposer2-VL): their own code is not in the repository. They are *derived* from the same code: 4khd with rank 8 and
alpha 16 in wqkv and HD_transform of InternLM-XComposer-2.0/finetune/ixc_utils.py; square with CLIP's last features of one square straight into the
projector, its position embedding resized by torch.nn.functional.interpolate, and no newline rows. Their chat is written out below (write_chat): each
text between pictures tokenised with its begin token, as public copies of XComposer2's chat() have it.
vlmevalkit cases: model_gen, HD_transform and the paddings of VLMEvalKit's xcomposer2.py, xcomposer2_4KHD.py and xcomposer2d5.py themselves.
torchvision is replaced by lines that do as it documents; decord and fonts are not used. Of the tiles there is the XXH3 digest, of the whole picture's
view, which is interpolated in floats, the tensor itself in some cases. Beam results are transformers' generate().
Needs: torch, transformers, einops, safetensors, sentencepiece, pillow, numpy, xxhash, and make_checkpoints.py's needs.
"""
import ast
import importlib
import json
import os
import re
import shutil
import sys
import tempfile
import types
import zlib

import numpy
import torch
import xxhash
from PIL import Image
from safetensors.torch import load_file, save_file

import make_checkpoints
from make_llava import VISION, write_json

HERE = os.path.dirname(os.path.abspath(__file__))
TILE, RANK = 56, 16
TEXT = dict(hidden_size=32, intermediate_size=64, num_hidden_layers=2, num_attention_heads=4, num_key_value_heads=2, max_position_embeddings=4096,
            rms_norm_eps=1e-5, rope_theta=1e6, rope_scaling=dict(type="dynamic", factor=2.0), bias=False, max_length=16384)
BEGIN, END = "[UNUSED_TOKEN_146]", "[UNUSED_TOKEN_145]"
META = """You are an AI assistant whose name is InternLM-XComposer (浦语·灵笔).
- InternLM-XComposer (浦语·灵笔) is a multi-modality conversational language model that is developed by Shanghai AI Laboratory (上海人工智能实验室). It is designed to be helpful, honest, and harmless.
- InternLM-XComposer (浦语·灵笔) can understand and communicate fluently in the language chosen by the user such as English and 中文.
- InternLM-XComposer (浦语·灵笔) is capable of comprehending and articulating responses effectively based on the provided image."""

# name, template, pictures, history, question, max_tiles, whether the whole picture's view is stored
CASES = [("square", "chat", ["square"], [], "What is in this picture?", None, False),
         ("wide", "chat", ["wide"], [], "Describe the image in detail.", None, True),
         ("tall_few_tiles", "chat", ["tall"], [], "这张图片里有什么？", 9, False),
         ("second_turn", "chat", ["grey"], [("What is in this picture?", "A red circle.")], "Is there a boat?", None, False),
         ("two_pictures", "chat", ["square", "wide"], [], "Compare the two images.", None, False),
         ("text_only", "chat", [], [], "Who are you?", None, False),
         ("vlmevalkit_tall", "vlmevalkit", ["tall"], [], "Is it (A) a line or (B) a circle?", None, True),
         ("vlmevalkit_strip", "vlmevalkit", ["strip"], [], "Read the words on the sign.", None, False)]
CASES_2D5 = [("vlmevalkit_two_pictures", "vlmevalkit", ["square", "wide"], [], "Compare the two images.", None, False)]


# ------------------------------------------------------------------------------------------------------------ the reference

class ToTensor:
    def __call__(self, image):
        return torch.from_numpy(numpy.asarray(image).copy()).permute(2, 0, 1).to(torch.float32).div(255)


class Normalize:
    def __init__(self, mean, deviation):
        self.mean, self.deviation = (torch.tensor(x, dtype=torch.float32).view(3, 1, 1) for x in (mean, deviation))

    def __call__(self, tensor):
        return tensor.sub(self.mean).div(self.deviation)


class Compose:
    def __init__(self, steps):
        self.steps = steps

    def __call__(self, value):
        for step in self.steps:
            value = step(value)
        return value


def pad(image, padding, fill):
    left, top, right, bottom = padding
    canvas = Image.new("RGB", (image.width + left + right, image.height + top + bottom), tuple(fill))
    canvas.paste(image, (left, top))
    return canvas


def stand_in_for_torchvision():
    names = ["torchvision", "torchvision.transforms", "torchvision.transforms.functional", "decord"]
    modules = {name: types.ModuleType(name) for name in names}
    for name, module in modules.items():
        module.__spec__ = importlib.machinery.ModuleSpec(name, None)
    functional = modules["torchvision.transforms.functional"]
    functional.resize = lambda image, size: image.resize((size[1], size[0]), Image.BILINEAR)
    functional.pad = pad
    functional.InterpolationMode = types.SimpleNamespace(BICUBIC="bicubic")
    transforms = modules["torchvision.transforms"]
    transforms.functional, transforms.Compose, transforms.ToTensor, transforms.Normalize = functional, Compose, ToTensor, Normalize
    modules["torchvision"].transforms = transforms
    modules["decord"].VideoReader = None
    sys.modules |= modules
    return transforms


def import_reference(xcomposer, version, clip):
    """The repository's modules with its sizes replaced, as a package of its own."""
    source = f"{xcomposer}/InternLM-XComposer-2.5-OmniLive/internlm-xcomposer2d5-ol-7b/base"
    root = tempfile.mkdtemp()
    package = f"xcomposer_{version}"
    os.makedirs(f"{root}/{package}")
    open(f"{root}/{package}/__init__.py", "w").close()
    wide = 4 * VISION["hidden_size"]
    rank = f"lora_r={RANK}, lora_alpha={RANK}"
    changes = {
        "build_mlp": [(r"internlm-xcomposer2d5-ol-7b/base/IXC2d5_clip_l_560", clip), (r"input_dim=4096", f"input_dim={wide}"), (r"\b4096\b", str(TEXT["hidden_size"])),
                      (r"\b560\b", str(TILE)), (r"\b400\b", "4"), (r"\b40 \*\* 2", "4 ** 2"), (r"\b20\b", "2")],
        "ixc_utils": [(r"\b560\b", str(TILE))],
        "modeling_internlm_xcomposer2": [(r"\b4096\b", str(wide)), (r"build_vision_projector\(1536\)", "build_vision_projector(12)")],
        "modeling_internlm2": [(r"lora_r=256, lora_alpha=256", rank)],
        "configuration_internlm_xcomposer2": [], "tokenization_internlm2": []}
    for name, pairs in changes.items():
        with open(f"{source}/{name}.py", encoding="utf-8") as file:
            text = file.read()
        for old, new in pairs:
            assert re.search(old, text), (name, old)
            text = re.sub(old, new, text)
        if name == "modeling_internlm2" and version == "4khd":
            text, count = re.subn(re.escape("bias=config.bias,\n            " + rank), "bias=config.bias,\n            lora_r=8, lora_alpha=16", text)
            assert count == 1
        with open(f"{root}/{package}/{name}.py", "w", encoding="utf-8") as file:
            file.write(text)
    sys.path.insert(0, root)
    modules = types.SimpleNamespace(**{name: importlib.import_module(f"{package}.{name}") for name in changes})
    modules.modeling_internlm_xcomposer2.get_font = lambda: None
    return modules


def functions_of(path, names, **given):
    """Single functions of a file whose other imports are not at hand."""
    with open(path, encoding="utf-8") as file:
        text = file.read()
    space = dict(np=numpy, torch=torch, Image=Image, **given)
    for node in ast.parse(text).body:
        if isinstance(node, ast.FunctionDef) and node.name in names:
            exec(ast.get_source_segment(text, node).replace("560", str(TILE)).replace("336", str(TILE)), space)
    for name in names:  # "padding_336" is called padding_56 now
        assert name.replace("560", str(TILE)).replace("336", str(TILE)) in space, name
    return space


class SquareTower(torch.nn.Module):
    def __init__(self, tower):
        super().__init__()
        self.vision_tower = tower

    def forward(self, pixels):
        return self.vision_tower(pixels, output_hidden_states=True).hidden_states[-1][:, 1:]


def as_square(model):
    """XComposer2-VL: no tiles, no newlines."""
    width, D = VISION["hidden_size"], TEXT["hidden_size"]
    del model.plora_glb_GN, model.plora_sub_GN, model.video_mem_proj
    model.vit = SquareTower(model.vit.vision_tower)
    model.vision_proj = torch.nn.Sequential(torch.nn.Linear(width, D), torch.nn.GELU(), torch.nn.Linear(D, D))
    model.img2emb = lambda image: (model.vision_proj(model.vit(image)), None, None)
    steps = [lambda image: image.resize((TILE, TILE), Image.BICUBIC)] + model.vis_processor.steps
    model.vis_processor = Compose(steps)
    return model


# -------------------------------------------------------------------------------------------------------------- checkpoints

def make_tokenizer(folder):
    pieces = [f"[UNUSED_TOKEN_{i}]" for i in range(141, 147)]
    size = make_checkpoints.train_sentencepiece(folder, ["\n"] + pieces, dummy_prefix=False)
    write_json(f"{folder}/tokenizer_config.json", {
        "add_bos_token": True, "add_eos_token": False, "added_tokens_decoder": make_checkpoints.base_tokens(), "bos_token": "<s>", "eos_token": "</s>",
        "pad_token": "</s>", "unk_token": "<unk>", "clean_up_tokenization_spaces": False, "tokenizer_class": "InternLMXComposer2Tokenizer"})
    return size


def draw(version, name, shape):
    generator = torch.Generator().manual_seed(zlib.crc32(f"{version}/{name}".encode()))
    mean, deviation, by_inputs = make_checkpoints.spread(name)
    if name == "output.weight":
        deviation = 2.0
    if name.endswith("_GN"):
        deviation, by_inputs = 1.0, False
    if by_inputs:
        deviation /= numpy.prod(shape[1:]) ** 0.5
    return (torch.randn(shape, generator=generator) * deviation + mean).to(torch.bfloat16)


def make_checkpoint(version, model, folder, config):
    positions = "vit.vision_tower.vision_model.embeddings.position_embedding.weight"
    tensors = {name: draw(version, name, value.shape) for name, value in model.state_dict().items() if "position_ids" not in name}
    loaded = {name: value.float() for name, value in tensors.items()}
    extra = dict(config)
    if version == "square":  # stored for 84 pixels, used at 56
        tensors[positions] = draw(version, positions, (1 + 36, VISION["hidden_size"]))
        grid = tensors[positions][1:].float().view(1, 6, 6, -1).permute(0, 3, 1, 2)
        resized = torch.nn.functional.interpolate(grid, size=(4, 4), mode="bicubic", align_corners=False)
        loaded[positions] = torch.cat([tensors[positions][:1].float(), resized.permute(0, 2, 3, 1).reshape(16, -1)])
        extra["img_size"] = TILE
    model.load_state_dict(loaded)
    if version == "2d5":  # what the modes of writing carry, read by nobody here
        name = "model.layers.0.attention.wqkv.lora_sft_A.weight"
        tensors[name] = draw(version, name, (4, TEXT["hidden_size"]))
    save_file({k: v.contiguous() for k, v in tensors.items()}, f"{folder}/model.safetensors", metadata={"format": "pt"})
    write_json(f"{folder}/config.json", extra | {
        "architectures": ["InternLMXComposer2ForCausalLM"], "model_type": "internlmxcomposer2", "torch_dtype": "bfloat16",
        "vision_config": VISION | {"model_type": "clip_vision_model"}})
    write_json(f"{folder}/generation_config.json", {"bos_token_id": 1, "eos_token_id": 2, "pad_token_id": 2})


# -------------------------------------------------------------------------------------------------------------------- cases

class RecordingTokenizer:
    def __init__(self, tokenizer):
        self.tokenizer, self.ids = tokenizer, []

    def __call__(self, text, **more):
        encoded = self.tokenizer(text, **more)
        self.ids += encoded.input_ids[0].tolist()
        return encoded

    def __getattr__(self, name):
        return getattr(self.tokenizer, name)


def write_turns(question, history, meta):
    prompt = f"{BEGIN}system\n{meta}{END}\n" if meta else ""
    for asked, answered in history:
        prompt += f"{BEGIN}user\n{asked}{END}\n{BEGIN}assistant\n{answered}{END}\n"
    return prompt + f"{BEGIN}user\n{question}{END}\n{BEGIN}assistant\n"


def write_chat(model, question, pixels, history):
    """XComposer2's and 4KHD's chat(), as public copies of it have it."""
    marks = "<ImageHere>" * len(pixels)
    if history:
        history, question = [(marks + history[0][0], history[0][1])] + history[1:], question
    else:
        question = marks + question
    prompt = write_turns(question, history, META)
    if not pixels:
        ids = model.tokenizer(["<s>" + prompt], return_tensors="pt").input_ids
        return model.model.tok_embeddings(ids), torch.zeros(ids.shape, dtype=torch.bool)
    embeds, mask = [], []
    for i, part in enumerate(prompt.split("<ImageHere>")):
        if len(part) > 0:
            embeds.append(model.model.tok_embeddings(model.tokenizer(part, return_tensors="pt").input_ids))
            mask.append(torch.zeros(embeds[-1].shape[:2]))
        if i < len(pixels):
            embeds.append(model.encode_img(pixels[i]))
            mask.append(torch.ones(embeds[-1].shape[:2]))
    return torch.cat(embeds, 1), torch.cat(mask, 1).bool()


def wrapper_prompt_2d5(question, count):
    """message_to_promptimg of xcomposer2d5.py for a question that is not wrapped yet."""
    places = "<IM_POS>" if count == 1 else " ".join(f"Image{i + 1}: <IM_POS>;" for i in range(count))
    prompt = f"{BEGIN}user\n{places}{question}{END}\n{BEGIN}assistant\n"
    for letter in "ABCDEFGHIJ":
        prompt = prompt.replace(f"({letter})", f"{letter}.")
    return prompt


class Caught(Exception):
    pass


def sent_by(call, model):
    """The embeddings and the mask that a wrapper hands to generate()."""
    def catch(inputs_embeds, im_mask, **_):
        caught.extend([inputs_embeds, im_mask])
        raise Caught
    caught, model.generate = [], catch
    try:
        call()
    except Caught:
        pass
    del model.generate
    return caught


def greedy(model, embeds, mask, steps=8):
    out = model(inputs_embeds=embeds, im_mask=mask, use_cache=True)
    ids, first, margin = [], out.logits[0, -1], 1e9
    for _ in range(steps):
        best = out.logits[0, -1].topk(2)
        margin = min(margin, float(best.values[0] - best.values[1]))
        ids.append(int(best.indices[0]))
        out = model(input_ids=torch.tensor([ids[-1:]]), past_key_values=out.past_key_values, use_cache=True)
    return ids, first, margin


def make_version(out, version, xcomposer, vlmevalkit, transforms):
    from transformers import CLIPVisionConfig, CLIPVisionModel
    folder = f"{out}/{version}/checkpoint"
    shutil.rmtree(f"{out}/{version}", ignore_errors=True)
    os.makedirs(folder)
    clip = tempfile.mkdtemp()
    CLIPVisionModel(CLIPVisionConfig(**VISION)).save_pretrained(clip)
    reference = import_reference(xcomposer, version, clip)
    vocabulary = make_tokenizer(folder)
    config = TEXT | dict(vocab_size=vocabulary, bos_token_id=1, eos_token_id=2, pad_token_id=2)
    settings = reference.configuration_internlm_xcomposer2.InternLMXcomposer2Config(**config, attn_implementation="eager")
    settings.attn_implementation = "eager"
    model = reference.modeling_internlm_xcomposer2.InternLMXComposer2ForCausalLM(settings).float().eval()
    if version == "square":
        model = as_square(model).eval()
    make_checkpoint(version, model, folder, config)
    plain = reference.tokenization_internlm2.InternLM2Tokenizer(f"{folder}/tokenizer.model")
    wrapper = {"square": ("xcomposer2", ["model_gen"]), "4khd": ("xcomposer2_4KHD", ["padding_336", "HD_transform", "model_gen"]),
               "2d5": ("xcomposer2d5", ["padding_560", "HD_transform", "model_gen"])}[version]
    theirs = functions_of(f"{vlmevalkit}/vlmeval/vlm/xcomposer/{wrapper[0]}.py", wrapper[1], transforms=transforms)
    if version == "4khd":
        own_cut = functions_of(f"{xcomposer}/InternLM-XComposer-2.0/finetune/ixc_utils.py", ["padding_336", "HD_transform"], transforms=transforms)["HD_transform"]
    seen = {}
    model.vit.vision_tower.register_forward_pre_hook(lambda _, args: seen.setdefault("pixels", []).append(args[0]))
    img2emb = model.img2emb
    model.img2emb = lambda image: seen.setdefault("projector", []).append(img2emb(image)[0]) or (seen["projector"][-1], None, None)

    def own_pixels(image, most):
        if version == "4khd":
            image = own_cut(image, 25 if most is None else most)
        return model.vis_processor(image)[None]

    cases, tensors, sent = [], {}, {}
    for name, template, pictures, history, question, most, keeps_view in CASES + (CASES_2D5 if version == "2d5" else []):
        seen.clear()
        model.tokenizer = RecordingTokenizer(plain)
        images = [Image.open(f"{HERE}/data/pictures/{p}.png").convert("RGB") for p in pictures]
        if template == "vlmevalkit" and version == "2d5":
            model.hd_num, model.id_scale = 36 if len(images) == 1 else max(1, 36 // len(images)), 1.5
            prompt = wrapper_prompt_2d5(question, len(images))
            embeds, mask = sent_by(lambda: theirs["model_gen"](model, prompt, images), model)
        elif template == "vlmevalkit":
            model.hd_num = 25
            prompt = write_turns(question, [], "")
            embeds, mask = sent_by(lambda: theirs["model_gen"](model, prompt, images[0]), model)
        elif version == "2d5":
            files = [f"{clip}/{p}.png" for p in pictures]
            for image, file in zip(images, files):
                image.save(file)
            marks = "".join(f"Image{i + 1} <ImageHere>; " for i in range(len(files))) if len(files) > 1 else ""
            inputs, mask, _ = model.interleav_wrap_chat(marks + question, files, history=history, hd_num=24 if most is None else most)
            embeds = inputs["inputs_embeds"]
        else:
            embeds, mask = write_chat(model, question, [own_pixels(i, most) for i in images], history)
        ids = model.tokenizer.ids
        assert len(ids) == int((~mask).sum())
        places = iter(ids)
        spelled = [0 if is_picture else next(places) for is_picture in mask[0].tolist()]
        greedy_ids, logits, margin = greedy(model, embeds, mask)
        assert margin > 1e-3, (version, name, margin)
        tensors[f"{name}.logits"] = logits
        if pictures:
            tensors[f"{name}.projector"] = torch.cat([p[0] for p in seen["projector"]])
        has_view = version != "square"
        if keeps_view and has_view:
            tensors[f"{name}.view"] = seen["pixels"][0][0]
        tiles = [p[1:] if has_view else p for p in seen.get("pixels", [])]
        digests = [xxhash.xxh3_128(t.float().contiguous().numpy().tobytes()).hexdigest() for t in tiles]
        cases.append(dict(name=name, template=template, pictures=pictures, history=history, question=question, max_tiles=most, tiles=[len(t) for t in tiles],
                          token_ids=spelled, greedy_ids=greedy_ids, reply=plain.decode(greedy_ids, skip_special_tokens=True).strip(), tiles_xxh3=digests,
                          has_view=keeps_view and has_view))
        sent[name] = (embeds, mask)
        print(version, name, [len(t) for t in tiles], len(spelled), greedy_ids, round(margin, 4))
    write_json(f"{out}/{version}/cases.json", cases)
    save_file({k: v.detach().float().contiguous() for k, v in tensors.items()}, f"{out}/{version}/golden.safetensors")
    return model, sent


# -------------------------------------------------------------------------------------------------------------------- beams

def make_beams(out, model, sent):
    """generate() of transformers 4.37 with several beams and with a repetition penalty, ended by tokens that do occur."""
    turn_end = model.tokenizer.convert_tokens_to_ids(END)
    model.tokenizer = None
    results = []

    def add(name, ends, **more):
        embeds, mask = sent[name]
        begin, *ids = model.generate(inputs_embeds=embeds, im_mask=mask, do_sample=False, eos_token_id=ends, pad_token_id=2, **more)[0].tolist()
        assert begin == 1  # 4.37 puts the begin token in front where there are embeddings alone; later ones do not
        if ids[-1] in ends:  # beam search writes the first of `ends`, whichever it was
            ids.pop()
        results.append(dict(case=name, end_ids=ends, ids=ids, **more))
        print("beams", name, ends, more, ids)
        return ids

    for name in ("square", "wide", "text_only"):
        usual = [2, turn_end]  # as chat() has them
        plain = add(name, usual, num_beams=1, max_new_tokens=12)
        add(name, usual, num_beams=1, max_new_tokens=12, repetition_penalty=1.3)
        free = add(name, usual, num_beams=3, max_new_tokens=12)
        assert len(free) == 12
        add(name, usual, num_beams=5, max_new_tokens=12)
        add(name, usual, num_beams=5, max_new_tokens=12, repetition_penalty=1.5)
        ends = usual + ([free[3], free[6]] if free[3] != free[6] else [free[3], free[8]])
        for early in (False, True, "never"):
            for penalty in (1.0, 2.0, 0.0, -1.0):
                add(name, ends, num_beams=3, max_new_tokens=12, early_stopping=early, length_penalty=penalty)
        add(name, ends, num_beams=5, max_new_tokens=12)
        add(name, ends, num_beams=5, max_new_tokens=5)
        add(name, ends, num_beams=3, max_new_tokens=12, min_new_tokens=6)
        add(name, usual + [plain[2]], num_beams=3, max_new_tokens=12)
    write_json(f"{out}/beams.json", results)


def main(out, xcomposer, vlmevalkit):
    transforms = stand_in_for_torchvision()
    torch.Tensor.cuda = lambda self: self  # VLMEvalKit's functions ask for it
    for version in ("square", "4khd", "2d5"):
        model, sent = make_version(out, version, xcomposer, vlmevalkit, transforms)
    make_beams(out, model, sent)


if __name__ == "__main__":
    torch.set_grad_enabled(False)
    torch.set_num_threads(1)
    main(*sys.argv[1:])
