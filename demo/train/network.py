"""The demo's model in plain torch, with the tensor names of OpenGVLab's InternVL checkpoints; for training only.

N tiles, P patches, T tokens, D width. Source of the layout: OpenGVLab/InternVL, modeling_intern_vit.py and
modeling_internvl_chat.py (LayerNorm kind, pixel shuffle v2, select_layer -1), and Qwen2.
"""

import torch
from torch import nn
from torch.nn import functional

VISION = dict(hidden_size=192, num_hidden_layers=4, num_attention_heads=6, intermediate_size=768, image_size=112, patch_size=14)
LANGUAGE = dict(hidden_size=256, num_hidden_layers=5, num_attention_heads=8, num_key_value_heads=4, intermediate_size=512,
                rms_norm_eps=1e-6, rope_theta=10000.0, max_position_embeddings=4096)


def attend(q, k, v, mask=None):
    """Scaled dot-product attention spelled out: on a CPU its backward pass is several times faster than the fused one's at these sizes."""
    scores = q @ k.transpose(-2, -1) * q.shape[-1] ** -0.5
    if mask is not None:
        scores = scores.masked_fill(~mask, -1e4)
    return torch.softmax(scores, -1, dtype=torch.float32).to(q.dtype) @ v


class Attention(nn.Module):
    def __init__(self, width, heads):
        super().__init__()
        self.heads = heads
        self.qkv = nn.Linear(width, 3 * width)
        self.proj = nn.Linear(width, width)

    def forward(self, x):
        n, p, d = x.shape
        q, k, v = self.qkv(x).view(n, p, 3, self.heads, d // self.heads).permute(2, 0, 3, 1, 4)
        return self.proj(attend(q, k, v).transpose(1, 2).reshape(n, p, d))


class Mlp(nn.Module):
    def __init__(self, width, inner):
        super().__init__()
        self.fc1 = nn.Linear(width, inner)
        self.fc2 = nn.Linear(inner, width)

    def forward(self, x):
        return self.fc2(functional.gelu(self.fc1(x)))


class VisionLayer(nn.Module):
    def __init__(self, width, heads, inner):
        super().__init__()
        self.attn, self.mlp = Attention(width, heads), Mlp(width, inner)
        self.norm1, self.norm2 = nn.LayerNorm(width, eps=1e-6), nn.LayerNorm(width, eps=1e-6)
        self.ls1, self.ls2 = nn.Parameter(torch.full((width,), 0.5)), nn.Parameter(torch.full((width,), 0.5))

    def forward(self, x):
        x = x + self.attn(self.norm1(x)) * self.ls1
        return x + self.mlp(self.norm2(x)) * self.ls2


class Embeddings(nn.Module):
    def __init__(self, width, side, patch):
        super().__init__()
        self.class_embedding = nn.Parameter(torch.randn(1, 1, width) * 0.02)
        self.patch_embedding = nn.Conv2d(3, width, patch, patch)
        self.position_embedding = nn.Parameter(torch.randn(1, 1 + (side // patch) ** 2, width) * 0.02)

    def forward(self, pixels):
        # the convolution as a matrix product: its own backward pass is slow on a CPU
        side, patch = pixels.shape[-1], self.patch_embedding.kernel_size[0]
        cut = pixels.view(len(pixels), 3, side // patch, patch, side // patch, patch).permute(0, 2, 4, 1, 3, 5).reshape(len(pixels), -1, 3 * patch * patch)
        patches = functional.linear(cut, self.patch_embedding.weight.flatten(1), self.patch_embedding.bias)
        return torch.cat([self.class_embedding.expand(len(patches), -1, -1), patches], 1) + self.position_embedding


class Tower(nn.Module):
    def __init__(self):
        super().__init__()
        c = VISION
        self.embeddings = Embeddings(c["hidden_size"], c["image_size"], c["patch_size"])
        self.encoder = nn.Module()
        self.encoder.layers = nn.ModuleList(
            VisionLayer(c["hidden_size"], c["num_attention_heads"], c["intermediate_size"]) for _ in range(c["num_hidden_layers"]))

    def forward(self, pixels):
        x = self.embeddings(pixels)
        for layer in self.encoder.layers:
            x = layer(x)
        return x[:, 1:]


def pixel_shuffle(x):
    """[N, P, D] -> [N, P/4, 4D], version 2."""
    n, p, d = x.shape
    side = int(p ** 0.5)
    x = x.view(n, side, side // 2, 2 * d).permute(0, 2, 1, 3).reshape(n, side // 2, side // 2, 4 * d)
    return x.permute(0, 2, 1, 3).reshape(n, p // 4, 4 * d)


class SelfAttention(nn.Module):
    def __init__(self):
        super().__init__()
        c = LANGUAGE
        self.heads, self.kv_heads = c["num_attention_heads"], c["num_key_value_heads"]
        width = c["hidden_size"]
        self.head = width // self.heads
        self.q_proj = nn.Linear(width, width)
        self.k_proj = nn.Linear(width, self.kv_heads * self.head)
        self.v_proj = nn.Linear(width, self.kv_heads * self.head)
        self.o_proj = nn.Linear(width, width, bias=False)

    def forward(self, x, rope, groups, order):
        t, d = x.shape
        q = rotate(self.q_proj(x).view(t, self.heads, self.head), rope)
        k = rotate(self.k_proj(x).view(t, self.kv_heads, self.head), rope)
        v = self.v_proj(x).view(t, self.kv_heads, self.head)
        share, replies = self.heads // self.kv_heads, []
        for queries, keys, mask in groups:
            at = lambda values, index: values[index].transpose(1, 2)
            y = attend(at(q, queries), at(k, keys).repeat_interleave(share, 1), at(v, keys).repeat_interleave(share, 1), mask)
            replies.append(y.transpose(1, 2).reshape(-1, d))
        return self.o_proj(torch.cat(replies)[order])


class SwiGlu(nn.Module):
    def __init__(self):
        super().__init__()
        width, inner = LANGUAGE["hidden_size"], LANGUAGE["intermediate_size"]
        self.gate_proj = nn.Linear(width, inner, bias=False)
        self.up_proj = nn.Linear(width, inner, bias=False)
        self.down_proj = nn.Linear(inner, width, bias=False)

    def forward(self, x):
        return self.down_proj(functional.silu(self.gate_proj(x)) * self.up_proj(x))


class LanguageLayer(nn.Module):
    def __init__(self):
        super().__init__()
        width, eps = LANGUAGE["hidden_size"], LANGUAGE["rms_norm_eps"]
        self.self_attn, self.mlp = SelfAttention(), SwiGlu()
        self.input_layernorm, self.post_attention_layernorm = nn.RMSNorm(width, eps), nn.RMSNorm(width, eps)

    def forward(self, x, rope, groups, order):
        x = x + self.self_attn(self.input_layernorm(x), rope, groups, order)
        return x + self.mlp(self.post_attention_layernorm(x))


def rope_at(positions):
    """[T] -> cosine and sine [T, 1, head]."""
    head = LANGUAGE["hidden_size"] // LANGUAGE["num_attention_heads"]
    frequency = LANGUAGE["rope_theta"] ** (-torch.arange(0, head, 2).float() / head)
    angle = positions.float()[:, None, None] * torch.cat([frequency, frequency])
    return angle.cos(), angle.sin()


def rotate(x, rope):
    first, second = x.chunk(2, -1)
    return x * rope[0].to(x.dtype) + torch.cat([-second, first], -1) * rope[1].to(x.dtype)


class Language(nn.Module):
    def __init__(self, vocabulary):
        super().__init__()
        self.model = nn.Module()
        self.model.embed_tokens = nn.Embedding(vocabulary, LANGUAGE["hidden_size"])
        self.model.layers = nn.ModuleList(LanguageLayer() for _ in range(LANGUAGE["num_hidden_layers"]))
        self.model.norm = nn.RMSNorm(LANGUAGE["hidden_size"], LANGUAGE["rms_norm_eps"])

    def forward(self, x, positions, groups, order):
        """x [T, D], all tokens of a batch in one row; `groups` says who sees whom, `order` where each token's query stands in them.
        Returns what comes out behind the norm, and behind each layer."""
        rope, behind = rope_at(positions), []
        for layer in self.model.layers:
            x = layer(x, rope, groups, order)
            behind.append(x)
        return self.model.norm(x), behind


class Network(nn.Module):
    def __init__(self, vocabulary):
        super().__init__()
        self.vision_model = Tower()
        wide, width = 4 * VISION["hidden_size"], LANGUAGE["hidden_size"]
        self.mlp1 = nn.Sequential(nn.LayerNorm(wide), nn.Linear(wide, width), nn.GELU(), nn.Linear(width, width))
        self.language_model = Language(vocabulary)
        for module in self.modules():
            if isinstance(module, nn.Linear):
                nn.init.normal_(module.weight, std=module.in_features ** -0.5)
                if module.bias is not None:
                    nn.init.zeros_(module.bias)
            elif isinstance(module, nn.Embedding):
                nn.init.normal_(module.weight, std=0.05)

    def see(self, pixels):
        """float [N, 3, S, S] -> [N, tokens, D]."""
        return self.mlp1(pixel_shuffle(self.vision_model(pixels)))

    def logits(self, hidden):
        return functional.linear(hidden, self.language_model.model.embed_tokens.weight)
