#include "model/vision/intern_vit.h"

#include <ATen/ATen.h>
#include <fmt/format.h>

#include <vector>

#include "harness/base/error.h"
#include "model/tensor/attention.h"
#include "model/tensor/linear.h"
#include "model/tensor/mlp.h"
#include "model/tensor/shape.h"
#include "model/vision/image_parts.h"
#include "model/vision/used_layers.h"

namespace assay {
namespace {

/// Tensor names relative to the encoder's prefix; in `layer` names relative to the layer's.
struct Names {
  const char *class_token, *positions, *patch;
  const char* layer;  ///< a format with the layer's number
  const char *qkv, *q, *k, *v;  ///< one fused projection or three
  const char *q_norm, *k_norm, *output, *norm1, *norm2, *fc1, *fc2, *scale1, *scale2;
};

constexpr Names kOriginalNames = {"embeddings.class_embedding", "embeddings.position_embedding", "embeddings.patch_embedding",
                                  "encoder.layers.{}.", "attn.qkv", nullptr, nullptr, nullptr, "attn.q_norm", "attn.k_norm", "attn.proj",
                                  "norm1", "norm2", "mlp.fc1", "mlp.fc2", "ls1", "ls2"};
constexpr Names kNativeNames = {"embeddings.cls_token", "embeddings.position_embeddings", "embeddings.patch_embeddings.projection",
                                "encoder.layer.{}.", nullptr, "attention.q_proj", "attention.k_proj", "attention.v_proj", "attention.q_norm",
                                "attention.k_norm", "attention.projection_layer", "layernorm_before", "layernorm_after", "mlp.fc1", "mlp.fc2",
                                "lambda_1", "lambda_2"};

const Names& names_of(VitNaming naming) { return naming == VitNaming::kOriginal ? kOriginalNames : kNativeNames; }

struct Layer {
  Norm norm1, norm2, q_norm, k_norm;
  Linear qkv, q, k, v;  ///< qkv, or the three
  Linear output, fc1, fc2;
  at::Tensor scale1, scale2;  ///< [D]
};

/// An image side or patch size: a number, or a pair of equal ones.
std::int64_t read_side(const json::Value& config, const char* key, std::int64_t fallback, std::string_view where) {
  const auto* value = json::find(config, key);
  if (value == nullptr) return fallback;
  if (value->IsInt64()) return value->GetInt64();
  if (value->IsArray() && value->Size() == 2 && (*value)[0].IsInt64() && (*value)[0] == (*value)[1]) return (*value)[0].GetInt64();
  throw ModelError(fmt::format("{}: \"{}\" must be an integer or a pair of equal integers, got {}", where, key, json::dump(*value)));
}

}  // namespace

InternVitConfig read_intern_vit_config(const json::Value& config, VitNaming naming, std::string_view where) {
  const bool is_native = naming == VitNaming::kNative;
  InternVitConfig c;
  // Defaults of InternVisionConfig (OpenGVLab, the 6B kind) and of InternVLVisionConfig (transformers).
  c.hidden_size = json::int_or(config, "hidden_size", is_native ? 1024 : 3200);
  c.layer_count = json::int_or(config, "num_hidden_layers", is_native ? 24 : 48);
  c.head_count = json::int_or(config, "num_attention_heads", is_native ? 16 : 25);
  c.intermediate_size = json::int_or(config, "intermediate_size", is_native ? 4096 : 12800);
  c.image_size = read_side(config, "image_size", is_native ? 448 : 224, where);
  c.patch_size = read_side(config, "patch_size", 14, where);
  c.has_qkv_bias = json::bool_or(config, is_native ? "attention_bias" : "qkv_bias", false);
  c.normalizes_queries_and_keys = json::bool_or(config, is_native ? "use_qk_norm" : "qk_normalization", !is_native);
  c.has_final_norm = is_native && !json::bool_or(config, "use_mean_pooling", true);
  c.norm_eps = json::double_or(config, "layer_norm_eps", 1e-6);
  const auto norm = json::string_or(config, "norm_type", is_native ? "layer_norm" : "rms_norm");
  if (norm != "rms_norm" && norm != "layer_norm") {
    throw ModelError(fmt::format("{}: \"norm_type\" must be \"rms_norm\" or \"layer_norm\", got \"{}\"", where, norm));
  }
  c.norm_kind = norm == "rms_norm" ? Norm::Kind::kRms : Norm::Kind::kLayer;
  if (const auto act = json::string_or(config, "hidden_act", "gelu"); act != "gelu") {
    throw ModelError(fmt::format("{}: \"hidden_act\" must be \"gelu\", got \"{}\"", where, act));
  }
  for (const auto dim : {c.hidden_size, c.layer_count, c.intermediate_size, c.image_size}) {
    if (dim < 1) throw ModelError(fmt::format("{}: sizes and counts must be at least 1, got {}", where, dim));
  }
  if (c.patch_size < 1 || c.image_size % c.patch_size != 0 || c.head_count < 1 || c.hidden_size % c.head_count != 0) {
    throw ModelError(fmt::format("{}: image side {}, patch {}, width {} and {} heads do not divide", where, c.image_size, c.patch_size,
                                 c.hidden_size, c.head_count));
  }
  return c;
}

struct InternVit::Parts {
  InternVitConfig config;
  at::Tensor class_token;  ///< [1, 1, D]
  at::Tensor positions;    ///< [1, 1 + P, D]
  Linear patch;            ///< weight [D, 3·p·p]
  std::vector<Layer> layers;
  Norm final_norm;

  void read(VitNaming naming, Weights& weights, const std::string& prefix) {
    const auto& n = names_of(naming);
    const auto& c = config;
    const auto D = c.hidden_size, F = c.intermediate_size, side = c.image_size / c.patch_size;
    const auto linear = [&](const std::string& name, std::int64_t out, std::int64_t in, bool has_bias) {
      return Linear(weights.take(name + ".weight", {out, in}), has_bias ? weights.take(name + ".bias", {out}) : at::Tensor());
    };
    const auto norm = [&](const std::string& name, Norm::Kind kind, double eps) {
      return Norm{kind, weights.take(name + ".weight", {D}), kind == Norm::Kind::kLayer ? weights.take(name + ".bias", {D}) : at::Tensor(), eps};
    };
    class_token = weights.take(prefix + n.class_token, {1, 1, D});
    positions = weights.take(prefix + n.positions, {1, 1 + side * side, D});
    patch = Linear(weights.take(prefix + n.patch + ".weight", {D, 3, c.patch_size, c.patch_size}).reshape({D, -1}), weights.take(prefix + n.patch + ".bias", {D}));
    for (std::int64_t i = 0; i < c.layer_count; ++i) {
      const auto at = prefix + fmt::format(fmt::runtime(n.layer), i);
      Layer layer;
      layer.norm1 = norm(at + n.norm1, c.norm_kind, c.norm_eps);
      layer.norm2 = norm(at + n.norm2, c.norm_kind, c.norm_eps);
      if (n.qkv != nullptr) {
        layer.qkv = linear(at + n.qkv, 3 * D, D, c.has_qkv_bias);
      } else {
        layer.q = linear(at + n.q, D, D, c.has_qkv_bias);
        layer.k = linear(at + n.k, D, D, c.has_qkv_bias);
        layer.v = linear(at + n.v, D, D, c.has_qkv_bias);
      }
      if (c.normalizes_queries_and_keys) {
        const auto eps = naming == VitNaming::kNative ? 1e-6 : c.norm_eps;  // transformers builds these norms with their default eps
        layer.q_norm = norm(at + n.q_norm, Norm::Kind::kRms, eps);
        layer.k_norm = norm(at + n.k_norm, Norm::Kind::kRms, eps);
      }
      layer.output = linear(at + n.output, D, D, true);
      layer.fc1 = linear(at + n.fc1, F, D, true);
      layer.fc2 = linear(at + n.fc2, D, F, true);
      layer.scale1 = weights.take(at + n.scale1, {D});
      layer.scale2 = weights.take(at + n.scale2, {D});
      layers.push_back(std::move(layer));
    }
    if (c.has_final_norm) final_norm = norm(prefix + "layernorm", Norm::Kind::kLayer, c.norm_eps);
  }

  /// The position embedding for a grid of `side` patches a side, resized in float32 when it was trained for another.  -> [1, 1 + side², D]
  [[nodiscard]] at::Tensor positions_for(std::int64_t side) const {
    const auto trained = config.image_size / config.patch_size, D = config.hidden_size;
    if (side == trained) return positions;
    const auto grid = positions.narrow(1, 1, trained * trained).to(at::kFloat).reshape({1, trained, trained, D}).permute({0, 3, 1, 2});
    const auto resized = at::upsample_bicubic2d(grid, {side, side}, /*align_corners=*/false);  // [1, D, side, side]
    return at::cat({positions.narrow(1, 0, 1), resized.reshape({1, D, side * side}).permute({0, 2, 1}).to(positions.scalar_type())}, 1);
  }

  /// The patch convolution (its stride is its size) as one matrix product, plus class token and positions.  -> [B, 1 + P, D]
  [[nodiscard]] at::Tensor embed(const at::Tensor& pixels) const {
    const auto B = pixels.size(0), p = config.patch_size, side = pixels.size(2) / p;
    const auto patches = pixels.reshape({B, 3, side, p, side, p})
                             .permute({0, 2, 4, 1, 3, 5})                // [B, row, col, 3, p, p]
                             .reshape({B, side * side, 3 * p * p});      // [B, P, 3·p·p]; copies
    return at::cat({class_token.expand({B, 1, config.hidden_size}), patch(patches)}, 1) + positions_for(side);
  }

  /// The heads' outputs, before the layer's output projection.  Shapes  x [B, T, D] -> [B, T, D]
  [[nodiscard]] at::Tensor attend(const Layer& layer, const at::Tensor& x) const {
    const auto B = x.size(0), T = x.size(1), D = x.size(2), N = config.head_count;
    at::Tensor q, k, v;
    if (layer.qkv.is_defined()) {
      const auto all = layer.qkv(x).chunk(3, -1);
      q = all[0], k = all[1], v = all[2];
    } else {
      q = layer.q(x), k = layer.k(x), v = layer.v(x);
    }
    if (layer.q_norm.weight.defined()) q = layer.q_norm(q), k = layer.k_norm(k);
    const auto heads = [&](const at::Tensor& t) { return t.reshape({B, T, N, D / N}).transpose(1, 2); };  // [B, N, T, K]
    return attention(heads(q), heads(k), heads(v), /*is_causal=*/false).transpose(1, 2).reshape({B, T, D});
  }

  /// Shapes  x [B, 1 + P, D] -> the same, behind the first `run` layers
  [[nodiscard]] at::Tensor forward(at::Tensor x, std::int64_t run) const {
    for (std::int64_t i = 0; i < run; ++i) {
      const auto& layer = layers[static_cast<std::size_t>(i)];
      x = layer.output.added_to(x, attend(layer, layer.norm1(x)), layer.scale1);
      x = add_mlp(x, layer.norm2(x), layer.fc1, Activation::kGelu, layer.fc2, layer.scale2);
    }
    return config.has_final_norm && run == config.layer_count ? final_norm(x) : x;
  }
};

InternVit::InternVit(const InternVitConfig& config, VitNaming naming, Weights& weights, const std::string& prefix)
    : parts_(std::make_unique<Parts>()) {
  parts_->config = config;
  parts_->read(naming, weights, prefix);
}

InternVit::~InternVit() = default;
InternVit::InternVit(InternVit&&) noexcept = default;

const InternVitConfig& InternVit::config() const { return parts_->config; }

at::Tensor InternVit::forward(const at::Tensor& pixels, std::int64_t select_layer) const {
  check_shape(pixels, {kAny, 3, kAny, pixels.size(-1)}, "InternVit: pixels");
  const auto run = used_layers(select_layer, parts_->config.layer_count);
  const auto forward = [&](const at::Tensor& some) { return parts_->forward(some, run); };
  const auto x = parts_->embed(pixels.to(parts_->patch.options()));
  return parts_->patch.is_packed() ? by_parts(x, forward) : forward(x);
}

}  // namespace assay
