#!/usr/bin/env python3
"""Makes a tiny Chinese-LLaVA checkpoint, and what LinkSoul's inference code makes of it.

usage: make_chinese_llava.py OUT REPO   with transformers 4.37 and LinkSoul-AI/Chinese-LLaVA's repository at 98889ab in REPO
  OUT is tests/parity/llava; writes OUT/chinese/ with checkpoint/, tiny-tower-56/, cases.json and golden.safetensors.

Weights and tokenizer are ours, as make_llava.py makes them. The repository's llava.py is the model, its infer_tokenize.py the prompts of both releases
(Cllama2 and Baichuan, which it loads by the same class), its way with pictures that of infer.py: CLIPImageProcessor, the picture behind the question.
Its last two lines, which give transformers a model type that 4.37 has itself, are left out, and the literal size of its dummy features is
made small. transformers 4.31, which it names, strips white space beside
added tokens in slow tokenizers; 4.37 does not.
Needs: torch, transformers, safetensors, sentencepiece, tokenizers, pillow, numpy, xxhash.
"""
import os
import shutil
import sys
import types

import torch
import xxhash
from transformers import CLIPImageProcessor, CLIPVisionConfig, CLIPVisionModel, LlamaTokenizer

import make_checkpoints
from make_llava import PROCESSOR, TEXT, VISION, QUESTIONS, Recorder, fill, picture, store, write_json

MARKS = ["<im_patch>", "<im_start>", "<im_end>"]
TEMPLATES = {"Chinese_llama2": "chinese_llava", "baichuan": "chinese_llava_baichuan"}


def load_reference(repository):
    sys.path.insert(0, repository)
    from infer_tokenize import tokenize
    with open(f"{repository}/llava.py", encoding="utf-8") as file:
        source = file.read().replace("AutoConfig.register(", "(lambda *_: None)(").replace("AutoModelForCausalLM.register(", "(lambda *_: None)(")
    source = source.replace("torch.zeros(256, 1024,", "torch.zeros(16, 32,")
    module = types.ModuleType("reference_llava")
    exec(compile(source, "llava.py", "exec"), module.__dict__)
    return module, tokenize


def make_tower(folder):
    os.makedirs(folder)
    tower = CLIPVisionModel(CLIPVisionConfig(**VISION)).float().eval()
    fill(tower, "chinese/tower")
    store(tower, folder, lambda name: name)
    write_json(f"{folder}/config.json", tower.config.to_dict() | {"architectures": ["CLIPVisionModel"]})
    write_json(f"{folder}/preprocessor_config.json", PROCESSOR)


def question_of(text, has_picture):
    return text + "\n<im_start>" + "<im_patch>" * 16 + "<im_end>" if has_picture else text


def conversation_of(pictures, history, question):
    turns = [turn for pair in history for turn in pair] + [question]
    turns[0] = question_of(turns[0], bool(pictures))
    names = ("human", "gpt")
    return [{"from": names[i % 2], "value": turn} for i, turn in enumerate(turns)] + [{"from": "gpt", "value": ""}]


def greedy(model, ids, images, steps=8):
    new, first = [], None
    for _ in range(steps):
        logits = model(input_ids=torch.tensor([ids + new]), images=images).logits[0, -1].float()
        first = logits if first is None else first
        new.append(int(logits.argmax()))
    return new, first


def main(out, repository):
    reference, tokenize = load_reference(repository)
    out = os.path.abspath(f"{out}/chinese")
    folder, tower_folder = f"{out}/checkpoint", f"{out}/tiny-tower-56"
    shutil.rmtree(out, ignore_errors=True)
    os.makedirs(folder)
    make_tower(tower_folder)
    make_checkpoints.IMAGE_TOKENS = MARKS
    info = make_checkpoints.llama2_tokenizer(folder)
    tokenizer = LlamaTokenizer.from_pretrained(folder, legacy=True)
    tokenizer.add_tokens(MARKS, special_tokens=True)
    tokenizer.model_max_length = 512
    config = reference.LlavaConfig(**TEXT, vocab_size=info["vocab_size"], bos_token_id=1, eos_token_id=2, mm_vision_tower=tower_folder, mm_hidden_size=32,
                                   use_mm_proj=True, mm_vision_select_layer=-2, mm_use_im_start_end=True)
    model = reference.LlavaLlamaForCausalLM(config).float().eval()
    fill(model, "chinese")
    store(model, folder, lambda name: name)
    stored = config.to_dict() | {"architectures": ["LlavaLlamaForCausalLM"], "model_type": "llava", "torch_dtype": "bfloat16",
                                 "mm_vision_tower": "tiny/tiny-tower-56"}
    write_json(f"{folder}/config.json", stored)
    vision = model.get_model().vision_tower[0].config
    vision.use_im_start_end = True
    vision.im_patch_token, vision.im_start_token, vision.im_end_token = tokenizer.convert_tokens_to_ids(MARKS)
    processor = CLIPImageProcessor(**{k: v for k, v in PROCESSOR.items() if k != "image_processor_type"})
    recorder = Recorder(out)
    for kind, template in TEMPLATES.items():
        for name, pictures, history, question in QUESTIONS:
            ids = tokenize({"conversations": conversation_of(pictures, history, question)}, tokenizer, kind)
            images, more, digest = None, {}, ""
            if pictures:
                images = processor.preprocess(picture(pictures[0]), return_tensors="pt")["pixel_values"]
                hidden = model.get_model().vision_tower[0](images, output_hidden_states=True).hidden_states[-2]
                digest = xxhash.xxh3_128(images.contiguous().numpy().tobytes()).hexdigest()
                more = dict(projector=model.get_model().mm_projector(hidden[:, 1:])[0])
            greedy_ids, logits = greedy(model, ids, images)
            spelled = [0 if i == vision.im_patch_token else i for i in ids]
            recorder.add(f"{kind.lower()}_{name}", pictures, history, question, tokenizer.decode(ids), spelled, greedy_ids,
                         tokenizer.decode(greedy_ids, skip_special_tokens=True).strip(), logits=logits, **more)
            recorder.cases[-1] |= {"chat_template": template, "pixels_xxh3": digest}
    recorder.write()


if __name__ == "__main__":
    torch.set_grad_enabled(False)
    torch.set_num_threads(1)
    main(sys.argv[1], sys.argv[2])
