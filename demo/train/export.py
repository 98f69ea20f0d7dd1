#!/usr/bin/env python3
"""Writes a training state as a checkpoint folder in the layout of OpenGVLab's InternVL releases, weights in bfloat16.

usage: export.py RUN FOLDER
Needs: torch, safetensors.
"""

import argparse
import json
import pathlib
import shutil

import torch
from safetensors.torch import save_file

import asking
import network
import tiles
import tokens


def config(tokenizer):
    end = tokenizer.token_to_id("<|im_end|>")
    return {
        "architectures": ["InternVLChatModel"], "model_type": "internvl_chat", "force_image_size": tiles.SIDE, "downsample_ratio": 0.5,
        "ps_version": "v2", "select_layer": -1, "template": "internvl2_5", "system_message": asking.SYSTEM, "dynamic_image_size": True,
        "use_thumbnail": True, "min_dynamic_patch": 1, "max_dynamic_patch": 6, "pad2square": False, "torch_dtype": "bfloat16",
        "tie_word_embeddings": True,
        "vision_config": {"architectures": ["InternVisionModel"], "model_type": "intern_vit_6b", "num_channels": 3, "qkv_bias": True,
                          "qk_normalization": False, "norm_type": "layer_norm", "layer_norm_eps": 1e-6, "hidden_act": "gelu",
                          "initializer_factor": 1.0, **network.VISION},
        "llm_config": {"architectures": ["Qwen2ForCausalLM"], "model_type": "qwen2", "hidden_act": "silu", "eos_token_id": end,
                       "vocab_size": tokenizer.get_vocab_size(), "tie_word_embeddings": True, **network.LANGUAGE},
    }


def write(folder, value):
    folder.write_text(json.dumps(value, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


def main():
    arg = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arg.add_argument("run", type=pathlib.Path)
    arg.add_argument("folder", type=pathlib.Path)
    a = arg.parse_args()
    tokenizer = tokens.load(a.run)
    state = torch.load(a.run / "state.pt", weights_only=True, map_location="cpu")
    a.folder.mkdir(parents=True, exist_ok=True)
    save_file({name: tensor.to(torch.bfloat16).contiguous() for name, tensor in state["model"].items()}, a.folder / "model.safetensors", {"format": "pt"})
    for name in ("tokenizer.json", "tokenizer_config.json"):
        shutil.copy(a.run / name, a.folder / name)
    write(a.folder / "config.json", config(tokenizer))
    write(a.folder / "generation_config.json", {"do_sample": False, "eos_token_id": tokenizer.token_to_id("<|im_end|>")})
    write(a.folder / "preprocessor_config.json", {"crop_size": tiles.SIDE, "do_center_crop": True, "do_normalize": True, "do_resize": True,
                                                  "feature_extractor_type": "CLIPFeatureExtractor", "image_mean": tiles.MEAN,
                                                  "image_std": tiles.DEVIATION, "resample": 3, "size": tiles.SIDE})
    print(f"step {state['step']}: {sum(t.numel() for t in state['model'].values()) / 1e6:.2f} M parameters, "
          f"{(a.folder / 'model.safetensors').stat().st_size / 1e6:.1f} MB")


if __name__ == "__main__":
    main()
