#include "model/vision/clip_vit.h"

#include <ATen/ATen.h>
#include <fmt/format.h>

#include <vector>

#include "harness/base/error.h"
#include "model/tensor/attention.h"
#include "model/tensor/linear.h"
#include "model/tensor/mlp.h"
#include "model/tensor/norm.h"
#include "model/tensor/shape.h"
#include "model/vision/image_parts.h"
#include "model/vision/used_layers.h"

namespace assay {
namespace {

struct Layer {
  Norm norm1, norm2;
  Linear q, k, v, output, fc1, fc2;
};

}  // namespace

std::string describe(const ClipVitConfig& c) {
  const bool is_resized = c.stored_image_size > 0 && c.stored_image_size != c.image_size;
  return fmt::format("CLIP ViT: {} layers of width {}, {} heads, MLP {}, {} pixels in patches of {}{}", c.layer_count, c.hidden_size, c.head_count,
                     c.intermediate_size, c.image_size, c.patch_size,
                     is_resized ? fmt::format(", positions resized from {} pixels", c.stored_image_size) : "");
}

ClipVitConfig read_clip_vit_config(const json::Value& config, std::string_view where) {
  ClipVitConfig c;
  // Defaults of transformers' CLIPVisionConfig, which is ViT-B/32.
  c.hidden_size = json::int_or(config, "hidden_size", 768);
  c.layer_count = json::int_or(config, "num_hidden_layers", 12);
  c.head_count = json::int_or(config, "num_attention_heads", 12);
  c.intermediate_size = json::int_or(config, "intermediate_size", 3072);
  c.image_size = json::int_or(config, "image_size", 224);
  c.patch_size = json::int_or(config, "patch_size", 32);
  c.norm_eps = json::double_or(config, "layer_norm_eps", 1e-5);
  const auto act = json::string_or(config, "hidden_act", "quick_gelu");
  if (act != "quick_gelu" && act != "gelu") throw ModelError(fmt::format("{}: \"hidden_act\" must be \"quick_gelu\" or \"gelu\", got \"{}\"", where, act));
  c.is_quick_gelu = act == "quick_gelu";
  for (const auto dim : {c.hidden_size, c.layer_count, c.head_count, c.intermediate_size, c.image_size, c.patch_size}) {
    if (dim < 1) throw ModelError(fmt::format("{}: sizes and counts must be at least 1, got {}", where, dim));
  }
  if (c.image_size % c.patch_size != 0 || c.hidden_size % c.head_count != 0) {
    throw ModelError(fmt::format("{}: image side {}, patch {}, width {} and {} heads do not divide", where, c.image_size, c.patch_size, c.hidden_size,
                                 c.head_count));
  }
  return c;
}

struct ClipVit::Parts {
  ClipVitConfig config;
  at::Tensor class_token;  ///< [1, 1, D]
  at::Tensor positions;    ///< [1, 1 + P, D]
  Linear patch;            ///< weight [D, 3·p·p], no bias
  Norm first_norm;
  std::vector<Layer> layers;

  void read(Weights& weights, const std::string& prefix) {
    const auto& c = config;
    const auto D = c.hidden_size, F = c.intermediate_size;
    const auto linear = [&](const std::string& name, std::int64_t out, std::int64_t in) {
      return Linear(weights.take(name + ".weight", {out, in}), weights.take(name + ".bias", {out}));
    };
    const auto norm = [&](const std::string& name) {
      return Norm{Norm::Kind::kLayer, weights.take(name + ".weight", {D}), weights.take(name + ".bias", {D}), c.norm_eps};
    };
    class_token = weights.take(prefix + "embeddings.class_embedding", {D}).reshape({1, 1, D});
    positions = read_positions(weights, prefix);
    patch = Linear(weights.take(prefix + "embeddings.patch_embedding.weight", {D, 3, c.patch_size, c.patch_size}).reshape({D, -1}));
    first_norm = norm(prefix + "pre_layrnorm");  // spelled so in every checkpoint
    for (std::int64_t i = 0; i < c.layer_count; ++i) {
      const auto at = prefix + fmt::format("encoder.layers.{}.", i);
      Layer layer;
      layer.norm1 = norm(at + "layer_norm1"), layer.norm2 = norm(at + "layer_norm2");
      layer.q = linear(at + "self_attn.q_proj", D, D), layer.k = linear(at + "self_attn.k_proj", D, D), layer.v = linear(at + "self_attn.v_proj", D, D);
      layer.output = linear(at + "self_attn.out_proj", D, D);
      layer.fc1 = linear(at + "mlp.fc1", F, D), layer.fc2 = linear(at + "mlp.fc2", D, F);
      layers.push_back(std::move(layer));
    }
    (void)norm(prefix + "post_layernorm");  // of the pooled output, which nobody here reads; every checkpoint has it
  }

  /// Resized in float32 when they are stored for another side.  -> [1, 1 + P, D]
  [[nodiscard]] at::Tensor read_positions(Weights& weights, const std::string& prefix) const {
    const auto D = config.hidden_size, side = config.image_size / config.patch_size;
    const auto stored = config.stored_image_size > 0 ? config.stored_image_size / config.patch_size : side;
    const auto all = weights.take(prefix + "embeddings.position_embedding.weight", {1 + stored * stored, D}).unsqueeze(0);
    if (stored == side) return all;
    const auto grid = all.narrow(1, 1, stored * stored).to(at::kFloat).reshape({1, stored, stored, D}).permute({0, 3, 1, 2});
    const auto resized = at::upsample_bicubic2d(grid, {side, side}, /*align_corners=*/false).reshape({1, D, side * side});
    return at::cat({all.narrow(1, 0, 1), resized.permute({0, 2, 1}).to(all.scalar_type())}, 1);
  }

  /// The patch convolution (its stride is its size) as one matrix product, plus class token and positions.  -> [B, 1 + P, D]
  [[nodiscard]] at::Tensor embed(const at::Tensor& pixels) const {
    const auto B = pixels.size(0), p = config.patch_size, side = pixels.size(2) / p;
    const auto patches = pixels.reshape({B, 3, side, p, side, p})
                             .permute({0, 2, 4, 1, 3, 5})            // [B, row, col, 3, p, p]
                             .reshape({B, side * side, 3 * p * p});  // [B, P, 3·p·p]; copies
    return at::cat({class_token.expand({B, 1, config.hidden_size}), patch(patches)}, 1) + positions;
  }

  /// The heads' outputs, before the layer's output projection.  Shapes  x [B, T, D] -> [B, T, D]
  [[nodiscard]] at::Tensor attend(const Layer& layer, const at::Tensor& x) const {
    const auto B = x.size(0), T = x.size(1), D = x.size(2), N = config.head_count;
    const auto heads = [&](const Linear& projection) { return projection(x).reshape({B, T, N, D / N}).transpose(1, 2); };  // [B, N, T, K]
    return attention(heads(layer.q), heads(layer.k), heads(layer.v), /*is_causal=*/false).transpose(1, 2).reshape({B, T, D});
  }

  /// Shapes  x [B, 1 + P, D] -> the same, behind the first `run` layers
  [[nodiscard]] at::Tensor forward(at::Tensor x, std::int64_t run) const {
    for (std::int64_t i = 0; i < run; ++i) {
      const auto& layer = layers[static_cast<std::size_t>(i)];
      x = layer.output.added_to(x, attend(layer, layer.norm1(x)));
      x = add_mlp(x, layer.norm2(x), layer.fc1, config.is_quick_gelu ? Activation::kQuickGelu : Activation::kGelu, layer.fc2);
    }
    return x;
  }
};

ClipVit::ClipVit(const ClipVitConfig& config, Weights& weights, const std::string& prefix) : parts_(std::make_unique<Parts>()) {
  parts_->config = config;
  parts_->read(weights, prefix);
}

ClipVit::~ClipVit() = default;
ClipVit::ClipVit(ClipVit&&) noexcept = default;

const ClipVitConfig& ClipVit::config() const { return parts_->config; }

at::Tensor ClipVit::forward(const at::Tensor& pixels, std::int64_t select_layer) const {
  const auto S = parts_->config.image_size;
  check_shape(pixels, {kAny, 3, S, S}, "ClipVit: pixels");
  const auto run = used_layers(select_layer, parts_->config.layer_count);
  const auto forward = [&](const at::Tensor& some) { return parts_->forward(some, run); };
  const auto x = parts_->first_norm(parts_->embed(pixels.to(parts_->patch.options())));
  return parts_->patch.is_packed() ? by_parts(x, forward) : forward(x);
}

}  // namespace assay
