#!/usr/bin/env python3
"""Makes tiny LLaVA-NeXT checkpoints in both layouts, and what the reference implementations make of them.

usage: make_llava_next.py native OUT          with transformers 5
       make_llava_next.py original OUT REPO   with transformers 4.37 and haotian-liu/LLaVA's repository at c121f04 in REPO
  OUT is tests/parity/llava; each writes OUT/<layout>_next/, as make_llava.py does.

native: LlavaNextForConditionalGeneration with a Mistral on what LlavaNextImageProcessorPil prepares. original: the repository's mm_utils.py
(process_images, tokenizer_image_token), conversation.py and, for the features' order, LlavaMetaForCausalLM.prepare_inputs_labels_for_multimodal
itself around the CLIP tower and LLaMA of transformers 4.37. Of the pixels there is the XXH3 digest alone.
Needs: what make_llava.py needs, and xxhash.
"""
import os
import shutil
import sys

import torch
import xxhash

import make_checkpoints
from make_llava import PROCESSOR, QUESTIONS, TEXT, VISION, Recorder, fill, greedy, picture, store, write_json

PINPOINTS = [[56, 112], [112, 56], [112, 112], [168, 56], [56, 168]]


def digest_of(pixels):
    return xxhash.xxh3_128(pixels.float().contiguous().numpy().tobytes()).hexdigest()


def write_mistral(history, question, has_picture):
    prompt = ""
    for asked, answered in history:
        prompt += f"[INST] {'<image>' + chr(10) if not prompt and has_picture else ''}{asked} [/INST] {answered} </s>"
    return prompt + f"[INST] {'<image>' + chr(10) if not prompt and has_picture else ''}{question} [/INST]"


def make_native(out):
    from transformers import CLIPVisionConfig, LlavaNextConfig, LlavaNextForConditionalGeneration, LlavaNextImageProcessorPil, MistralConfig, PreTrainedTokenizerFast
    folder = f"{out}/native_next/checkpoint"
    shutil.rmtree(f"{out}/native_next", ignore_errors=True)
    os.makedirs(folder)
    make_checkpoints.IMAGE_TOKENS = ["<image>", "<pad>", "</s>"]
    info = make_checkpoints.llama3_fast_tokenizer(folder)
    tokenizer = PreTrainedTokenizerFast.from_pretrained(folder)
    image_id = tokenizer.convert_tokens_to_ids("<image>")
    text = MistralConfig(**TEXT, vocab_size=info["vocab_size"], bos_token_id=info["bos_token_id"], eos_token_id=info["eos_token_id"], sliding_window=None)
    config = LlavaNextConfig(vision_config=CLIPVisionConfig(**VISION), text_config=text, image_token_index=image_id, vision_feature_layer=-2,
                             vision_feature_select_strategy="default", image_grid_pinpoints=PINPOINTS, dtype=torch.bfloat16)
    model = LlavaNextForConditionalGeneration(config).float().eval()
    fill(model, "native_next")
    model.config.dtype = torch.bfloat16
    model.to(torch.bfloat16).save_pretrained(folder)
    model = LlavaNextForConditionalGeneration.from_pretrained(folder, dtype=torch.float32, attn_implementation="eager").eval()  # rope in float32 again
    write_json(f"{folder}/preprocessor_config.json", PROCESSOR | {"do_pad": True, "image_grid_pinpoints": PINPOINTS, "image_processor_type": "LlavaNextImageProcessor"})
    write_json(f"{folder}/generation_config.json", {"eos_token_id": info["eos_token_id"]})
    processor = LlavaNextImageProcessorPil(**{k: v for k, v in PROCESSOR.items() if k != "image_processor_type"}, do_pad=True, image_grid_pinpoints=PINPOINTS)
    recorder = Recorder(f"{out}/native_next")
    embed = model.get_input_embeddings()
    for name, pictures, history, question in QUESTIONS:
        prompt, more, spelled, inputs = write_mistral(history, question, pictures), {}, "", {}
        if pictures:
            inputs = processor(images=[picture(pictures[0])], return_tensors="pt")
            features = model.model.get_image_features(inputs["pixel_values"], inputs["image_sizes"], vision_feature_layer=-2, vision_feature_select_strategy="default")
            digest = digest_of(inputs["pixel_values"][0])
            more = dict(projector=getattr(features, "pooler_output", features)[0])
            spelled = "<image>" * len(more["projector"])
        ids = tokenizer(prompt.replace("<image>", spelled)).input_ids
        embedded = embed(torch.tensor([ids]))
        if pictures:
            embedded[0, torch.tensor(ids) == image_id] = more["projector"]
        whole = model(input_ids=torch.tensor([ids]), **inputs).logits[0, -1]
        greedy_ids, logits = greedy(model.model.language_model, embedded, embed, model.lm_head)
        assert (logits - whole).abs().max() < 1e-4
        recorder.add(name, pictures, history, question, prompt, ids, greedy_ids, tokenizer.decode(greedy_ids, skip_special_tokens=True), logits=logits, **more)
        recorder.cases[-1]["pixels_xxh3"] = digest if pictures else ""
    recorder.write()


def make_original(out, repository):
    sys.path.insert(0, repository)
    from llava.conversation import conv_templates
    from llava.mm_utils import process_images, tokenizer_image_token
    from llava.model.llava_arch import LlavaMetaForCausalLM
    from transformers import CLIPImageProcessor, CLIPVisionConfig, CLIPVisionModel, LlamaConfig, LlamaForCausalLM, LlamaTokenizer
    folder = f"{out}/original_next/checkpoint"
    shutil.rmtree(f"{out}/original_next", ignore_errors=True)
    os.makedirs(folder)
    make_checkpoints.IMAGE_TOKENS = []
    info = make_checkpoints.llama2_tokenizer(folder)
    os.remove(f"{folder}/added_tokens.json")
    tokenizer = LlamaTokenizer.from_pretrained(folder, legacy=True)
    clip = CLIPVisionModel(CLIPVisionConfig(**VISION)).float().eval()
    text = LlamaConfig(**TEXT, vocab_size=info["vocab_size"], bos_token_id=1, eos_token_id=2)
    language = LlamaForCausalLM(text).float().eval()
    projector = torch.nn.Sequential(torch.nn.Linear(32, 32), torch.nn.GELU(), torch.nn.Linear(32, 32)).eval()
    newline = torch.nn.ParameterDict({"image_newline": torch.nn.Parameter(torch.empty(32))})
    for part, name in ((clip, "tower"), (language, "language"), (projector, "projector"), (newline, "newline")):
        fill(part, f"original_next/{name}")
    parts = torch.nn.ModuleDict({"language": language, "projector": projector, "tower": clip, "newline": newline})
    new_names = {"projector": "model.mm_projector.", "tower": "model.vision_tower.vision_tower.", "newline": "model.", "language": ""}
    store(parts, folder, lambda name: new_names[name.split(".", 1)[0]] + name.split(".", 1)[1])
    write_json(f"{folder}/config.json", text.to_dict() | {
        "architectures": ["LlavaLlamaForCausalLM"], "model_type": "llava", "torch_dtype": "bfloat16", "mm_vision_tower": "tiny/tiny-tower-56",
        "mm_hidden_size": 32, "mm_projector_type": "mlp2x_gelu", "mm_vision_select_layer": -2, "mm_vision_select_feature": "patch",
        "image_aspect_ratio": "anyres", "image_grid_pinpoints": PINPOINTS, "mm_patch_merge_type": "spatial_unpad", "mm_use_im_start_end": False,
        "mm_use_im_patch_token": False, "use_mm_proj": True})
    os.makedirs(f"{folder}/tiny-tower-56")
    write_json(f"{folder}/tiny-tower-56/config.json", clip.config.to_dict() | {"architectures": ["CLIPVisionModel"]})
    processor = CLIPImageProcessor(**{k: v for k, v in PROCESSOR.items() if k != "image_processor_type"})

    class Settings:
        image_aspect_ratio, image_grid_pinpoints, mm_patch_merge_type = "anyres", PINPOINTS, "spatial_unpad"

    class Tower:
        num_patches_per_side, config = 4, clip.config

        def __call__(self, pixels):
            return clip(pixels, output_hidden_states=True).hidden_states[-2][:, 1:]

    class Inner:
        image_newline, embed_tokens = newline["image_newline"], language.get_input_embeddings()

        def get_vision_tower(self):
            return Tower()

        def mm_projector(self, features):
            return projector(features)

    class Whole(LlavaMetaForCausalLM):
        config, device, model = Settings, "cpu", Inner()

        def get_model(self):
            return self.model

    recorder = Recorder(f"{out}/original_next")
    templates = ["vicuna_v1", "mistral_instruct", "chatml_direct", "llava_v1", "mistral_instruct", "chatml_direct"]
    embed = language.get_input_embeddings()
    for (name, pictures, history, question), template in zip(QUESTIONS, templates):
        conversation = conv_templates[template].copy()
        turns = [turn for pair in history for turn in pair] + [question]
        if pictures:
            turns[0] = "<image>\n" + turns[0]
        for i, turn in enumerate(turns):
            conversation.append_message(conversation.roles[i % 2], turn)
        conversation.append_message(conversation.roles[1], None)
        prompt = conversation.get_prompt()
        ids, more, spelled = tokenizer_image_token(prompt, tokenizer), {}, 0
        if pictures:
            image = picture(pictures[0])
            pixels = process_images([image], processor, Settings)
            parts = Whole().prepare_inputs_labels_for_multimodal(torch.tensor([ids]), None, None, None, None, [pixels[0]], [image.size])
            embedded = parts[4]
            spelled = embedded.shape[1] - len(ids) + 1
            at = ids.index(-200)
            digest = digest_of(pixels[0])
            more = dict(projector=embedded[0, at:at + spelled])
        else:
            embedded = embed(torch.tensor([ids]))
        greedy_ids, logits = greedy(language.model, embedded, embed, language.lm_head)
        ids = [i for id_ in ids for i in ([0] * spelled if id_ == -200 else [id_])]
        recorder.add(name, pictures, history, question, prompt, ids, greedy_ids, tokenizer.decode(greedy_ids, skip_special_tokens=True).strip(),
                     logits=logits, **more)
        recorder.cases[-1] |= {"chat_template": template, "pixels_xxh3": digest if pictures else ""}
    recorder.write()


if __name__ == "__main__":
    torch.set_grad_enabled(False)
    torch.set_num_threads(1)
    make_native(sys.argv[2]) if sys.argv[1] == "native" else make_original(sys.argv[2], sys.argv[3])
