#include "model/language/decoder.h"

#include <ATen/ATen.h>
#include <fmt/format.h>

#include <functional>
#include <utility>
#include <vector>

#include "harness/base/error.h"
#include "model/language/rope.h"
#include "model/tensor/attention.h"
#include "model/tensor/linear.h"
#include "model/tensor/mlp.h"
#include "model/tensor/norm.h"
#include "model/tensor/pinned.h"
#include "model/tensor/silu.h"

namespace assay {
namespace {

/// Fewer rows take another kernel in LibTorch's matrix products, with other bits; from here on a row's bits are its own (tests/model/language). Packed weights
/// need none of this.
constexpr std::int64_t kRowMultiple = 8;

/// Of a decode step where bits are bound to shapes; more replies are so many steps.
constexpr std::int64_t kShapedRows = 16;

std::int64_t rounded_up(std::int64_t rows) { return (rows + kRowMultiple - 1) / kRowMultiple * kRowMultiple; }

/// Zeros behind the rows, up to `rows` of them.  Shapes  x [R, D] -> [rows, D]
at::Tensor padded(const at::Tensor& x, std::int64_t rows) { return x.size(0) == rows ? x : at::constant_pad_nd(x, {0, 0, 0, rows - x.size(0)}); }

/// What a layer has to know of the rows that run through it.
struct Pass {
  std::span<const RowRange> pictures;  ///< rows that are pictures' features
  std::int64_t live = 0;               ///< of a decode step by unpacked weights: how many rows count; else 0
  bool is_for_caches = false;          ///< nobody reads what comes out of the last layer
};

/// x Wᵀ + b and, where there is partial LoRA, + (x Aᵀ) Bᵀ · scale on the rows of pictures.
struct PartialLinear {
  Linear base;
  Linear a, b;  ///< [rank, in] and [out, rank]; undefined: none
  double scale = 1;

  [[nodiscard]] at::Tensor operator()(const at::Tensor& x, const Pass& pass) const {
    if (pass.live > 0) return padded(base.few_rows(x.narrow(0, 0, pass.live)), x.size(0));  // of replies alone
    auto y = base(x);
    if (!a.is_defined()) return y;
    for (const auto& rows : pass.pictures) y.narrow(0, rows.first, rows.count).add_(b(a(x.narrow(0, rows.first, rows.count))), scale);
    return y;
  }
  [[nodiscard]] bool is_packed() const { return base.is_packed() && (!a.is_defined() || (a.is_packed() && b.is_packed())); }
  /// residual + y
  [[nodiscard]] at::Tensor added_to(const at::Tensor& residual, const at::Tensor& x, const Pass& pass) const {
    return is_plain(pass) ? base.added_to(residual, x) : residual + (*this)(x, pass);
  }
  /// silu(gate) · y
  [[nodiscard]] at::Tensor gated_by(const at::Tensor& gate, const at::Tensor& x, const Pass& pass) const {
    return is_plain(pass) ? base.gated_by(gate, x) : silu_by_row(gate) * (*this)(x, pass);
  }
  /// Whether y is the product alone. With LoRA it never is, pictures or not, so that a row's bits do not depend on what runs beside it.
  [[nodiscard]] bool is_plain(const Pass& pass) const { return pass.live == 0 && !a.is_defined(); }
};

struct Heads {
  at::Tensor q;     ///< [R, N, K]
  at::Tensor k, v;  ///< [R, M, K]
};

/// Query, key and value projections in the layout of the checkpoint: three matrices, or one of stacked or grouped rows.
struct QkvProjection {
  enum class Layout { kSeparate, kStacked, kGrouped };
  Layout layout = Layout::kSeparate;
  PartialLinear q, k, v;  ///< kSeparate
  PartialLinear all;      ///< kStacked: rows q, k, v; kGrouped: for each key head its query heads, then its key, then its value (InternLM2)

  [[nodiscard]] Heads operator()(const at::Tensor& x, const LanguageConfig& c, const Pass& p) const {
    const auto R = x.size(0), N = c.head_count, M = c.key_head_count, K = c.head_width;
    if (layout == Layout::kSeparate) return {q(x, p).view({R, N, K}), k(x, p).view({R, M, K}), v(x, p).view({R, M, K})};
    if (layout == Layout::kStacked) {
      const auto heads = all(x, p).view({R, N + 2 * M, K});
      return {heads.narrow(1, 0, N), heads.narrow(1, N, M), heads.narrow(1, N + M, M)};
    }
    const auto groups = all(x, p).view({R, M, N / M + 2, K});
    return {groups.narrow(2, 0, N / M).reshape({R, N, K}), groups.select(2, N / M), groups.select(2, N / M + 1)};
  }
};

/// down(silu(gate x) · up x)
struct Mlp {
  PartialLinear gate, up, down;

  /// residual + the above
  [[nodiscard]] at::Tensor added_to(const at::Tensor& residual, const at::Tensor& x, const Pass& p) const {
    if (gate.is_plain(p) && up.is_plain(p) && down.is_plain(p)) return add_gated_mlp(residual, x, gate.base, up.base, down.base);
    return down.added_to(residual, up.gated_by(gate(x, p), x, p), p);
  }
};

struct Layer {
  Norm attention_norm, mlp_norm;
  Norm q_norm, k_norm;  ///< Qwen3: over each head; else undefined weights
  QkvProjection qkv;
  PartialLinear output;
  Mlp mlp;
};

/// In the dtype that linear_of() begins with.
at::Tensor take_matrix(const LanguageConfig& config, Weights& weights, const std::string& name, std::int64_t out, std::int64_t in) {
  return config.has_int8_weights ? weights.take_as_stored(name, {out, in}) : weights.take(name, {out, in});
}

/// With the weight `matrix`, taken by take_matrix() as `name`.
Linear linear_of(const LanguageConfig& config, const Weights& weights, const std::string& name, const at::Tensor& matrix, const at::Tensor& bias = {}) {
  if (!config.has_int8_weights) return Linear(matrix, bias);
  const auto weight = quantized(matrix, name);
  return Linear(Int8Weight{weight.values.to(weights.device()), weight.scales.to(weights.device())}, bias, weights.dtype());
}

/// An output matrix or a projection; without a bias where that has no name.
Linear take_linear(const LanguageConfig& config, Weights& weights, const std::string& name, std::int64_t out, std::int64_t in, const std::string& bias_name = "") {
  const auto matrix = take_matrix(config, weights, name, out, in);
  return linear_of(config, weights, name, matrix, bias_name.empty() ? at::Tensor() : weights.take(bias_name, {out}));
}

/// Stretches one behind the other.
struct Joined {
  std::vector<at::Tensor> embeddings, positions, lengths;
  std::vector<RowRange> pictures;
  std::vector<std::int64_t> last_rows;
  std::int64_t count = 0;

  void add(const Stretch& stretch) {
    const auto T = stretch.embeddings.size(0), past = stretch.cache->length();
    embeddings.push_back(stretch.embeddings);
    positions.push_back(at::arange(past, past + T, at::kLong));
    lengths.push_back(at::full({T}, past + T, at::kLong));
    for (const auto& rows : stretch.pictures) pictures.push_back({count + rows.first, rows.count});
    count += T;
    last_rows.push_back(count - 1);
  }
};

/// Takes a layer's tensors by the names of its kind.
class LayerReader {
 public:
  LayerReader(const LanguageConfig& config, Weights& weights, std::string prefix) : c_(config), weights_(weights), prefix_(std::move(prefix)) {}

  Layer read() {
    const auto D = c_.hidden_size, F = c_.intermediate_size, Q = c_.head_count * c_.head_width, KV = c_.key_head_count * c_.head_width;
    Layer layer;
    const bool is_internlm2 = c_.kind == LanguageKind::kInternLm2;
    layer.attention_norm = norm(is_internlm2 ? "attention_norm" : "input_layernorm", D);
    layer.mlp_norm = norm(is_internlm2 ? "ffn_norm" : "post_attention_layernorm", D);
    if (is_internlm2) {
      layer.qkv.layout = QkvProjection::Layout::kGrouped;
      const auto& [qkv_rank, rank, qkv_scale, scale] = c_.lora;
      layer.qkv.all = linear("attention.wqkv", Q + 2 * KV, D, c_.has_qkv_bias, qkv_rank, qkv_scale);
      layer.output = linear("attention.wo", D, Q, c_.has_output_bias, rank, scale);
      layer.mlp = {linear("feed_forward.w1", F, D, false, rank, scale), linear("feed_forward.w3", F, D, false, rank, scale),
                   linear("feed_forward.w2", D, F, false, rank, scale)};
      return layer;
    }
    layer.output = linear("self_attn.o_proj", D, Q, c_.has_output_bias);
    if (c_.kind == LanguageKind::kPhi3) {
      layer.qkv.layout = QkvProjection::Layout::kStacked;
      layer.qkv.all = linear("self_attn.qkv_proj", Q + 2 * KV, D, c_.has_qkv_bias);
      const auto [gate, up] = halves("mlp.gate_up_proj", F, D);
      layer.mlp = {gate, up, linear("mlp.down_proj", D, F, false)};
      return layer;
    }
    if (weights_.has(prefix_ + "self_attn.W_pack.weight")) {  // Baichuan-7B
      layer.qkv.layout = QkvProjection::Layout::kStacked;
      layer.qkv.all = linear("self_attn.W_pack", Q + 2 * KV, D, c_.has_qkv_bias);
    } else {
      layer.qkv.q = linear("self_attn.q_proj", Q, D, c_.has_qkv_bias);
      layer.qkv.k = linear("self_attn.k_proj", KV, D, c_.has_qkv_bias);
      layer.qkv.v = linear("self_attn.v_proj", KV, D, c_.has_qkv_bias);
    }
    layer.mlp = {linear("mlp.gate_proj", F, D, c_.has_mlp_bias), linear("mlp.up_proj", F, D, c_.has_mlp_bias),
                 linear("mlp.down_proj", D, F, c_.has_mlp_bias)};
    if (c_.kind == LanguageKind::kQwen3) {
      layer.q_norm = norm("self_attn.q_norm", c_.head_width);
      layer.k_norm = norm("self_attn.k_norm", c_.head_width);
    }
    return layer;
  }

 private:
  PartialLinear linear(const char* name, std::int64_t out, std::int64_t in, bool has_bias) {
    PartialLinear result;
    const auto at = prefix_ + name;
    result.base = take_linear(c_, weights_, at + ".weight", out, in, has_bias ? at + ".bias" : "");
    return result;
  }
  /// InternLM2's, where partial LoRA may be.
  PartialLinear linear(const char* name, std::int64_t out, std::int64_t in, bool has_bias, std::int64_t rank, double scale) {
    auto result = linear(name, out, in, has_bias);
    if (rank == 0) return result;
    result.a = Linear(weights_.take(fmt::format("{}{}.Plora_A.weight", prefix_, name), {rank, in}));
    result.b = Linear(weights_.take(fmt::format("{}{}.Plora_B.weight", prefix_, name), {out, rank}));
    result.scale = scale;
    return result;
  }
  /// Two matrices that are stacked in one.
  std::pair<PartialLinear, PartialLinear> halves(const char* name, std::int64_t out, std::int64_t in) {
    const auto at = fmt::format("{}{}.weight", prefix_, name);
    const auto both = take_matrix(c_, weights_, at, 2 * out, in);
    std::pair<PartialLinear, PartialLinear> result;
    result.first.base = linear_of(c_, weights_, at, both.narrow(0, 0, out)), result.second.base = linear_of(c_, weights_, at, both.narrow(0, out, out));
    return result;
  }
  Norm norm(const char* name, std::int64_t width) {
    return {Norm::Kind::kRms, weights_.take(fmt::format("{}{}.weight", prefix_, name), {width}), {}, c_.rms_eps};
  }

  const LanguageConfig& c_;
  Weights& weights_;
  std::string prefix_;
};

/// Attention over rows whose rotation is done: writes the cache and returns [R, N·K].
using AttentionCore = std::function<at::Tensor(std::int64_t layer, const Heads& heads)>;

}  // namespace

struct Decoder::Parts {
  LanguageConfig config;
  at::Tensor embedding;  ///< [V, D]
  std::vector<Layer> layers;
  Norm norm;
  Linear head;
  Rope rope;

  explicit Parts(const LanguageConfig& c) : config(c), rope(c) {}

  /// Shapes  x [R, D] -> [R, D]
  [[nodiscard]] at::Tensor forward(at::Tensor x, const RopeTable& table, const Pass& pass, const AttentionCore& core) const {
    for (std::size_t i = 0; i < layers.size(); ++i) {
      const auto& layer = layers[i];
      auto heads = layer.qkv(layer.attention_norm(x), config, pass);
      if (layer.q_norm.weight.defined()) heads.q = layer.q_norm(heads.q), heads.k = layer.k_norm(heads.k);
      heads.q = rotate(heads.q, table);
      heads.k = rotate(heads.k, table);
      if (pass.is_for_caches && i + 1 == layers.size()) {
        (void)core(static_cast<std::int64_t>(i), heads);
        break;
      }
      x = layer.output.added_to(x, core(static_cast<std::int64_t>(i), heads), pass);
      x = layer.mlp.added_to(x, layer.mlp_norm(x), pass);
    }
    return x;
  }

  /// Of the first `live` rows, on the CPU. few_rows() is for steps, and for 8 bits, where the largest matrix is not widened for what often is a single row.
  [[nodiscard]] at::Tensor logits(const at::Tensor& x, std::int64_t live, bool is_step) const {
    const bool are_few = is_on_cpu() && (is_step || head.is_int8());
    const auto rows = norm(x);
    return fetched((are_few ? head.few_rows(rows.narrow(0, 0, live)) : head(rows).narrow(0, 0, live)).to(at::kFloat));
  }

  /// True where every product is by packed weights: one of each number of inputs tells.
  [[nodiscard]] bool is_packed() const { return head.is_packed() && (layers.empty() || (layers.front().output.is_packed() && layers.front().mlp.down.is_packed())); }
  [[nodiscard]] bool is_on_cpu() const { return embedding.device().is_cpu(); }
  [[nodiscard]] bool is_shape_bound() const { return !is_on_cpu() && !config.is_fast; }
  [[nodiscard]] AttentionBits attention_bits() const { return config.is_fast ? AttentionBits::kAny : AttentionBits::kOwn; }
  /// How many rows a pass over `count` takes.
  [[nodiscard]] std::int64_t rows_for(std::int64_t count) const { return is_packed() ? count : rounded_up(count); }
  /// How many a step for `count` replies takes.
  [[nodiscard]] std::int64_t step_rows_for(std::int64_t count) const { return is_shape_bound() ? kShapedRows : rows_for(count); }

  /// Attention of a step's new tokens, whose keys and values are in the caches.  Shapes  q [B, N, K] -> [B, N, K]
  [[nodiscard]] at::Tensor attend_step(const at::Tensor& q, std::int64_t layer, std::span<KvCache* const> caches) const {
    if (!is_on_cpu()) return attend_one_by_one(q, layer, caches);
    std::vector<CacheView> views;
    for (const auto* cache : caches) views.push_back(cache->view(layer, cache->length() + 1));
    return decode_attention(q.contiguous(), config.key_head_count, views);
  }
  [[nodiscard]] static at::Tensor attend_one_by_one(const at::Tensor& q, std::int64_t layer, std::span<KvCache* const> caches) {
    std::vector<at::Tensor> mixed;
    for (std::size_t b = 0; b < caches.size(); ++b) {
      const auto length = caches[b]->length() + 1;
      // Contiguous, since a cache that others share is put together and lies otherwise than one of its own.
      const auto keys = caches[b]->keys(layer, length).contiguous().unsqueeze(0), values = caches[b]->values(layer, length).contiguous().unsqueeze(0);
      const auto one = q.select(0, static_cast<std::int64_t>(b)).unsqueeze(0).unsqueeze(2);                    // [1, N, 1, K]
      mixed.push_back(attention(one, keys, values, /*is_causal=*/false).squeeze(2));                          // [1, N, K]
    }
    return at::cat(mixed);
  }
};

Decoder::Decoder(const LanguageConfig& config, Weights& weights, const std::string& prefix, const std::string& head)
    : parts_(std::make_unique<Parts>(config)) {
  const bool is_internlm2 = config.kind == LanguageKind::kInternLm2;
  const auto V = config.vocabulary_size, D = config.hidden_size;
  const auto embedding = prefix + (is_internlm2 ? "tok_embeddings.weight" : "embed_tokens.weight");
  parts_->embedding = weights.take(embedding, {V, D});
  for (std::int64_t i = 0; i < config.layer_count; ++i) {
    parts_->layers.push_back(LayerReader(parts_->config, weights, fmt::format("{}layers.{}.", prefix, i)).read());
  }
  parts_->norm = {Norm::Kind::kRms, weights.take(prefix + "norm.weight", {D}), {}, config.rms_eps};
  const bool is_tied = config.ties_embeddings && !weights.has(head);
  if (!is_tied) parts_->head = take_linear(config, weights, head, V, D);
  else parts_->head = config.has_int8_weights ? Linear(quantized(parts_->embedding, embedding), {}, weights.dtype()) : Linear(parts_->embedding);
}

Decoder::~Decoder() = default;
Decoder::Decoder(Decoder&&) noexcept = default;

const LanguageConfig& Decoder::config() const { return parts_->config; }

at::Device Decoder::device() const { return parts_->embedding.device(); }

bool Decoder::is_shape_bound() const { return parts_->is_shape_bound(); }

KvCache Decoder::new_cache() const {
  const auto& c = parts_->config;
  return {c.layer_count, c.key_head_count, c.head_width, parts_->embedding.options()};
}

std::int64_t Decoder::bytes_per_token() const {
  const auto& c = parts_->config;
  return 2 * c.layer_count * c.key_head_count * c.head_width * static_cast<std::int64_t>(parts_->embedding.element_size());
}

void Decoder::check_ids(std::span<const std::int64_t> ids) const {
  const auto V = parts_->embedding.size(0);
  for (const auto id : ids) {
    if (id >= 0 && id < V) continue;
    throw ModelError(fmt::format("token {} has no row among the model's {} embeddings; does the tokenizer belong to these weights?", id, V));
  }
}

at::Tensor Decoder::embed(const at::Tensor& ids) const { return at::embedding(parts_->embedding, ids.to(device())); }

void Decoder::check_length(std::int64_t tokens) const {
  const auto window = parts_->config.sliding_window;
  if (window > 0 && tokens > window)
    throw ModelError(fmt::format("the prompt has {} tokens, more than the sliding window of {}, which is not supported", tokens, window));
}

at::Tensor Decoder::extend(std::span<const Stretch> stretches, Rows rows) const {
  const auto& c = parts_->config;
  if (is_shape_bound() && stretches.size() > 1) {
    std::vector<at::Tensor> logits;
    for (const auto& stretch : stretches) logits.push_back(extend(std::span(&stretch, 1), rows));
    return rows == Rows::kNone ? at::Tensor() : at::cat(logits);
  }
  Joined joined;
  for (const auto& stretch : stretches) {
    check_length(stretch.cache->length() + stretch.embeddings.size(0));
    stretch.cache->reserve(stretch.embeddings.size(0));
    joined.add(stretch);
  }
  const auto R = parts_->rows_for(joined.count);
  const auto pad = [&](const at::Tensor& values) { return at::constant_pad_nd(values, {0, R - joined.count}); };
  const auto table = parts_->rope.table(pad(at::cat(joined.positions)), pad(at::cat(joined.lengths)), parts_->embedding.options());
  auto x = padded(at::cat(joined.embeddings), R);  // [R, D]
  const bool is_for_caches = rows == Rows::kNone;
  x = parts_->forward(x, table, {joined.pictures, 0, is_for_caches}, [&](std::int64_t layer, const Heads& heads) {
    const bool is_last = layer + 1 == c.layer_count;
    std::vector<at::Tensor> mixed;
    std::int64_t first = 0;
    for (const auto& [embeddings, cache, pictures] : stretches) {
      const auto T = embeddings.size(0), length = cache->length() + T;
      cache->append(layer, heads.k.narrow(0, first, T), heads.v.narrow(0, first, T));
      first += T;
      if (is_for_caches && is_last) continue;
      const auto keys = cache->keys(layer, length).unsqueeze(0), values = cache->values(layer, length).unsqueeze(0);                // [1, M, S, K]
      const auto one = attention(heads.q.narrow(0, first - T, T).transpose(0, 1).unsqueeze(0), keys, values, /*is_causal=*/true, parts_->attention_bits());  // [1, N, T, K]
      mixed.push_back(one.squeeze(0).transpose(0, 1).reshape({T, c.head_count * c.head_width}));                               // [T, N·K]
    }
    return mixed.empty() ? at::Tensor() : padded(at::cat(mixed), R);
  });
  for (const auto& stretch : stretches) stretch.cache->advance(stretch.embeddings.size(0));
  if (is_for_caches) return {};
  if (rows == Rows::kAll) return parts_->logits(x, joined.count, /*is_step=*/false);
  const auto last = x.index_select(0, at::tensor(joined.last_rows, at::kLong).to(device()));
  return parts_->logits(padded(last, parts_->rows_for(last.size(0))), last.size(0), /*is_step=*/false);
}

at::Tensor Decoder::extend(const at::Tensor& embeddings, KvCache& cache, Rows rows, std::vector<RowRange> pictures) const {
  const Stretch one{embeddings, &cache, std::move(pictures)};
  return extend(std::span(&one, 1), rows);
}

bool Decoder::can_part(std::int64_t part, std::int64_t total) const { return parts_->rope.is_alike(part, total); }

bool Decoder::has_room(const KvCache& cache) const {
  return parts_->config.sliding_window <= 0 || cache.length() < parts_->config.sliding_window;
}

at::Tensor Decoder::step(const at::Tensor& ids, std::span<KvCache* const> caches) const {
  const auto& c = parts_->config;
  const auto B = ids.size(0), R = parts_->step_rows_for(B);
  if (B > R) return at::cat({step(ids.narrow(0, 0, R), caches.first(static_cast<std::size_t>(R))), step(ids.narrow(0, R, B - R), caches.subspan(static_cast<std::size_t>(R)))});
  auto positions = at::zeros({R}, at::kLong);
  for (std::int64_t b = 0; b < B; ++b) {
    auto& cache = *caches[static_cast<std::size_t>(b)];
    if (!has_room(cache)) throw InternalError("Decoder::step: a sequence has outgrown the sliding window");
    positions[b] = cache.length();
    cache.reserve(1);
  }
  const auto table = parts_->rope.table(positions, positions + 1, parts_->embedding.options());
  auto x = embed(at::constant_pad_nd(ids, {0, R - B}));  // [R, D]
  x = parts_->forward(x, table, {{}, parts_->is_packed() || !parts_->is_on_cpu() ? 0 : B, false}, [&](std::int64_t layer, const Heads& heads) {
    for (std::int64_t b = 0; b < B; ++b) caches[static_cast<std::size_t>(b)]->append(layer, heads.k.narrow(0, b, 1), heads.v.narrow(0, b, 1));
    const auto mixed = parts_->attend_step(heads.q.narrow(0, 0, B), layer, caches);  // [B, N, K]
    return padded(mixed.view({B, c.head_count * c.head_width}), R);                  // [R, N·K]
  });
  for (auto* cache : caches) cache->advance(1);
  return parts_->logits(x, B, /*is_step=*/true);
}

}  // namespace assay
