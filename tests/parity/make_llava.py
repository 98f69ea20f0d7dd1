#!/usr/bin/env python3
"""Makes tiny LLaVA checkpoints in both layouts, and what the reference implementations make of them.

usage: make_llava.py native OUT          with transformers 5
       make_llava.py original OUT REPO   with transformers 4.37 and haotian-liu/LLaVA's repository at c121f04 in REPO
  OUT is tests/parity/llava; each writes OUT/<layout>/ with checkpoint/ (for original: and tower/), cases.json and golden.safetensors.

Weights and tokenizers are ours, as make_checkpoints.py makes them. native: LlavaForConditionalGeneration on pictures prepared by Pillow and numpy as
CLIPImageProcessor documents; its own ids. original: the repository's conversation.py and mm_utils.py (expand2square, tokenizer_image_token) with the
slow tokenizer and CLIPImageProcessor of transformers 4.37, its CLIP tower and LLaMA by their own names; features take the places of id -200.
Needs: torch, transformers, safetensors, sentencepiece, tokenizers, pillow, numpy.
"""
import json
import math
import os
import shutil
import sys
import zlib

import numpy
import torch
from PIL import Image
from safetensors.torch import load_file, save_file

import make_checkpoints

HERE = os.path.dirname(os.path.abspath(__file__))
VISION = dict(hidden_size=32, intermediate_size=64, num_hidden_layers=3, num_attention_heads=4, image_size=56, patch_size=14, projection_dim=16)
TEXT = dict(hidden_size=32, intermediate_size=64, num_hidden_layers=2, num_attention_heads=4, num_key_value_heads=2, max_position_embeddings=512,
            rms_norm_eps=1e-5)
MEAN, DEVIATION = (0.48145466, 0.4578275, 0.40821073), (0.26862954, 0.26130258, 0.27577711)
PROCESSOR = {"crop_size": {"height": 56, "width": 56}, "do_center_crop": True, "do_convert_rgb": True, "do_normalize": True, "do_rescale": True,
             "do_resize": True, "image_mean": MEAN, "image_processor_type": "CLIPImageProcessor", "image_std": DEVIATION, "resample": 3,
             "rescale_factor": 1 / 255, "size": {"shortest_edge": 56}}
QUESTIONS = [("square", ["square"], [], "What is in this picture?"), ("wide", ["wide"], [], "Describe the image in detail."),
             ("tall", ["tall"], [], "Read the words on the sign.\nAnswer with a word."), ("grey", ["grey"], [], "这张图片里有什么？"),
             ("second_turn", ["square"], [("What is in this picture?", "A red circle.")], "Is there a boat?"), ("text_only", [], [], "Who are you?")]


def fill(model, variant):
    with torch.no_grad():
        for name, p in model.named_parameters():
            generator = torch.Generator().manual_seed(zlib.crc32(f"{variant}/{name}".encode()))
            value = torch.randn(p.shape, generator=generator)
            inputs = math.sqrt(math.prod(p.shape[1:]))
            if name.endswith("bias"):
                value *= 0.1
            elif "norm" in name:
                value = 1 + 0.1 * value
            elif "position_embedding" in name or "class_embedding" in name:
                value *= 0.5
            elif "embed_tokens" not in name:
                value *= (2.0 if "lm_head" in name else 1.2) / inputs
            p.copy_(value.to(torch.bfloat16))


def write_json(path, value):
    with open(path, "w", encoding="utf-8") as out:
        json.dump(value, out, indent=1, ensure_ascii=False)
        out.write("\n")


def picture(name):
    return Image.open(f"{HERE}/data/pictures/{name}.png").convert("RGB")


def cut_middle(image, side=56):
    width, height = image.size
    long_side = int(side * max(width, height) / min(width, height))
    width, height = (side, long_side) if width <= height else (long_side, side)
    image = image.resize((width, height), Image.BICUBIC)
    left, top = (width - side) // 2, (height - side) // 2
    pixels = numpy.asarray(image.crop((left, top, left + side, top + side))).astype(numpy.float32) / numpy.float32(255)
    return torch.tensor((pixels - numpy.array(MEAN, numpy.float32)) / numpy.array(DEVIATION, numpy.float32)).permute(2, 0, 1)[None]


def greedy(language, embedded, embed, head, steps=8):
    """Ids and the first logits, the whole sequence again at each step."""
    ids, first = [], None
    for _ in range(steps):
        logits = head(language(inputs_embeds=embedded).last_hidden_state)[0, -1].float()
        first = logits if first is None else first
        ids.append(int(logits.argmax()))
        embedded = torch.cat([embedded, embed(torch.tensor([[ids[-1]]]))], 1)
    return ids, first


class Recorder:
    def __init__(self, folder):
        self.folder, self.cases, self.tensors = folder, [], {}

    def add(self, name, pictures, history, question, prompt, ids, greedy_ids, reply, **tensors):
        self.cases.append(dict(name=name, pictures=pictures, history=history, question=question, prompt=prompt, token_ids=ids, greedy_ids=greedy_ids,
                               reply=reply))
        self.tensors |= {f"{name}.{key}": value.detach().float().contiguous() for key, value in tensors.items()}

    def write(self):
        write_json(f"{self.folder}/cases.json", self.cases)
        save_file(self.tensors, f"{self.folder}/golden.safetensors")


def store(model, folder, names):
    tensors = {names(name): p.detach().to(torch.bfloat16).contiguous() for name, p in model.state_dict().items() if "position_ids" not in name}
    save_file({k: v for k, v in tensors.items() if k}, f"{folder}/model.safetensors", metadata={"format": "pt"})


def make_native(out):
    from transformers import CLIPVisionConfig, LlamaConfig, LlavaConfig, LlavaForConditionalGeneration, PreTrainedTokenizerFast
    folder = f"{out}/native/checkpoint"
    shutil.rmtree(f"{out}/native", ignore_errors=True)
    os.makedirs(folder)
    make_checkpoints.IMAGE_TOKENS = ["<image>", "<pad>", "<unused>"]
    info = make_checkpoints.llama3_fast_tokenizer(folder)
    tokenizer = PreTrainedTokenizerFast.from_pretrained(folder)
    image_id = tokenizer.convert_tokens_to_ids("<image>")
    text = LlamaConfig(**TEXT, vocab_size=info["vocab_size"], bos_token_id=info["bos_token_id"], eos_token_id=info["eos_token_id"])
    config = LlavaConfig(vision_config=CLIPVisionConfig(**VISION), text_config=text, image_token_index=image_id, vision_feature_layer=-2,
                         vision_feature_select_strategy="default", dtype=torch.bfloat16)
    model = LlavaForConditionalGeneration(config).float().eval()
    fill(model, "native")
    model.config.dtype = torch.bfloat16
    model.to(torch.bfloat16).save_pretrained(folder)
    model = LlavaForConditionalGeneration.from_pretrained(folder, dtype=torch.float32, attn_implementation="eager").eval()  # rope tables in float32 again
    write_json(f"{folder}/preprocessor_config.json", PROCESSOR)
    write_json(f"{folder}/generation_config.json", {"eos_token_id": info["eos_token_id"]})
    recorder = Recorder(f"{out}/native")
    for name, pictures, history, question in QUESTIONS:
        prompt = ""
        for asked, answered in history:
            prompt += f"USER: {'<image>' + chr(10) if not prompt and pictures else ''}{asked} ASSISTANT: {answered} "
        prompt += f"USER: {'<image>' + chr(10) if not prompt and pictures else ''}{question} ASSISTANT:"
        ids = tokenizer(prompt.replace("<image>", "<image>" * 16)).input_ids
        embed = model.get_input_embeddings()
        embedded, more = embed(torch.tensor([ids])), {}
        if pictures:
            pixels = cut_middle(picture(pictures[0]))
            more = dict(pixels=pixels, vision=model.model.vision_tower(pixels, output_hidden_states=True).hidden_states[-2][0],
                        projector=model.model.get_image_features(pixels, vision_feature_layer=-2, vision_feature_select_strategy="default"))
            if not torch.is_tensor(more["projector"]):
                found = getattr(more["projector"], "pooler_output", more["projector"])
                more["projector"] = found[0] if isinstance(found, (list, tuple)) else found
            more["projector"] = more["projector"].reshape(16, -1)
            embedded[0, torch.tensor(ids) == image_id] = more["projector"]
            whole = model(input_ids=torch.tensor([ids]), pixel_values=pixels).logits[0, -1]
        else:
            whole = model(input_ids=torch.tensor([ids])).logits[0, -1]
        greedy_ids, logits = greedy(model.model.language_model, embedded, embed, model.lm_head)
        assert (logits - whole).abs().max() < 1e-4
        recorder.add(name, pictures, history, question, prompt, ids, greedy_ids, tokenizer.decode(greedy_ids, skip_special_tokens=True), logits=logits, **more)
    recorder.write()


def make_original(out, repository):
    sys.path.insert(0, repository)
    from llava.conversation import conv_templates
    from llava.mm_utils import process_images, tokenizer_image_token
    from transformers import CLIPImageProcessor, CLIPVisionConfig, CLIPVisionModel, LlamaConfig, LlamaForCausalLM, LlamaTokenizer
    folder, tower_folder = f"{out}/original/checkpoint", f"{out}/original/tiny-tower-56"
    shutil.rmtree(f"{out}/original", ignore_errors=True)
    os.makedirs(folder)
    os.makedirs(tower_folder)
    make_checkpoints.IMAGE_TOKENS = []
    info = make_checkpoints.llama2_tokenizer(folder)
    os.remove(f"{folder}/added_tokens.json")
    tokenizer = LlamaTokenizer.from_pretrained(folder, legacy=True)
    tower, language = CLIPVisionModel(CLIPVisionConfig(**VISION)).float().eval(), None
    text = LlamaConfig(**TEXT, vocab_size=info["vocab_size"], bos_token_id=1, eos_token_id=2)
    language = LlamaForCausalLM(text).float().eval()
    projector = torch.nn.Sequential(torch.nn.Linear(32, 32), torch.nn.GELU(), torch.nn.Linear(32, 32)).eval()
    for part, name in ((tower, "tower"), (language, "language"), (projector, "projector")):
        fill(part, f"original/{name}")
    store(tower, tower_folder, lambda name: name)
    write_json(f"{tower_folder}/config.json", tower.config.to_dict() | {"architectures": ["CLIPVisionModel"]})
    write_json(f"{tower_folder}/preprocessor_config.json", PROCESSOR)
    both = torch.nn.ModuleDict({"language": language, "projector": projector})
    store(both, folder, lambda name: name.replace("projector.", "model.mm_projector.") if name.startswith("projector.") else name.split(".", 1)[1])
    write_json(f"{folder}/config.json", text.to_dict() | {
        "architectures": ["LlavaLlamaForCausalLM"], "model_type": "llava", "torch_dtype": "bfloat16", "mm_vision_tower": "tiny/tiny-tower-56",
        "mm_hidden_size": 32, "mm_projector_type": "mlp2x_gelu", "mm_vision_select_layer": -2, "mm_vision_select_feature": "patch",
        "image_aspect_ratio": "pad", "mm_use_im_start_end": False, "mm_use_im_patch_token": False, "use_mm_proj": True})
    processor = CLIPImageProcessor(**{k: v for k, v in PROCESSOR.items() if k != "image_processor_type"})

    class Settings:
        image_aspect_ratio = "pad"

    recorder = Recorder(f"{out}/original")
    for name, pictures, history, question in QUESTIONS:
        conversation = conv_templates["vicuna_v1"].copy()
        turns = [turn for pair in history for turn in pair] + [question]
        if pictures:
            turns[0] = "<image>\n" + turns[0]
        for i, turn in enumerate(turns):
            conversation.append_message(conversation.roles[i % 2], turn)
        conversation.append_message(conversation.roles[1], None)
        prompt = conversation.get_prompt()
        ids = tokenizer_image_token(prompt, tokenizer)
        embed, more, parts, at = language.get_input_embeddings(), {}, [], 0
        if pictures:
            pixels = process_images([picture(pictures[0])], processor, Settings)
            hidden = tower(pixels, output_hidden_states=True).hidden_states[-2]
            more = dict(pixels=pixels, vision=hidden[0], projector=projector(hidden[:, 1:])[0])
        for id_ in ids:
            parts.append(more["projector"] if id_ == -200 else embed(torch.tensor([id_])))
        greedy_ids, logits = greedy(language.model, torch.cat(parts)[None], embed, language.lm_head)
        spelled = [i for id_ in ids for i in ([0] * 16 if id_ == -200 else [id_])]
        recorder.add(name, pictures, history, question, prompt, spelled, greedy_ids, tokenizer.decode(greedy_ids, skip_special_tokens=True).strip(),
                     logits=logits, **more)
    recorder.write()


if __name__ == "__main__":
    torch.set_grad_enabled(False)
    torch.set_num_threads(1)
    make_native(sys.argv[2]) if sys.argv[1] == "native" else make_original(sys.argv[2], sys.argv[3])
