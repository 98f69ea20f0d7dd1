#pragma once
#include <ATen/core/Tensor.h>

#include <memory>
#include <span>
#include <string>
#include <vector>

#include "model/language/config.h"
#include "model/language/kv_cache.h"
#include "model/tensor/weights.h"

namespace assay {

/// Consecutive rows of a stretch.
struct RowRange {
  std::int64_t first = 0;
  std::int64_t count = 0;
};

/// Tokens of one sequence that run after what its cache holds.
struct Stretch {
  at::Tensor embeddings;           ///< [T, D]
  KvCache* cache = nullptr;        ///< its own
  std::vector<RowRange> pictures;  ///< the rows that hold pictures' features: a model with partial LoRA adds its terms there, others do not look
};

/// A decoder-only language model of the LLaMA kind: LLaMA, Qwen2, Qwen3, InternLM2 and 3, Mistral, Phi-3. Dims and names differ, the
/// graph is one: x += o(attention(rope(q, k), v)), x += down(silu(gate) · up), each after an RMSNorm.
class Decoder {
 public:
  /// `model_prefix` stands before "layers.0..." ("language_model.model."), `head` is the output matrix's full name.
  Decoder(const LanguageConfig& config, Weights& weights, const std::string& model_prefix, const std::string& head);
  ~Decoder();
  Decoder(Decoder&&) noexcept;

  [[nodiscard]] const LanguageConfig& config() const;
  [[nodiscard]] at::Device device() const;
  [[nodiscard]] KvCache new_cache() const;
  /// Of a token's keys and values in all layers.
  [[nodiscard]] std::int64_t bytes_per_token() const;

  /// Throws ModelError for an id that has no row in the embedding: a tokenizer that belongs to other weights.
  void check_ids(std::span<const std::int64_t> ids) const;
  /// Shapes  ids [T] int64, on the CPU -> [T, D], on the device
  [[nodiscard]] at::Tensor embed(const at::Tensor& ids) const;

  /// True off the CPU, where LibTorch's libraries choose a kernel by the shape, unless the config is for speed alone (is_fast): then no shape depends on
  /// what runs beside a sequence (extend() takes one stretch after the other, step() always the same number of rows), and a caller must part a sequence
  /// at the same place every time.
  [[nodiscard]] bool is_shape_bound() const;

  enum class Rows { kNone, kLast, kAll };
  /// Runs stretches of several sequences together.  -> float32 logits on the CPU, of each stretch's last row or of all rows one after the other,
  /// [B or T..., V]; undefined for none, where the caches are all that is wanted
  /// What runs beside it makes no difference to a bit of it; nor, unless is_shape_bound(), in how many stretches a sequence is run where can_part() allows it.
  [[nodiscard]] at::Tensor extend(std::span<const Stretch> stretches, Rows rows) const;
  /// One stretch.
  [[nodiscard]] at::Tensor extend(const at::Tensor& embeddings, KvCache& cache, Rows rows, std::vector<RowRange> pictures = {}) const;

  /// Throws ModelError for a sequence of more tokens than the sliding window, which extend() does not support.
  void check_length(std::int64_t tokens) const;

  /// False where rotary positions are stretched by the whole length, so that `part` of `total` tokens must not be run alone.
  [[nodiscard]] bool can_part(std::int64_t part, std::int64_t total) const;

  /// False for a sequence that one more token would make longer than the sliding window, which step() does not support.
  [[nodiscard]] bool has_room(const KvCache& cache) const;

  /// One token for each of B sequences.  Shapes  ids [B] int64 -> float32 logits [B, V] on the CPU.  `caches` has B entries, each its own.
  /// A row's bits do not depend on the other rows: products sum each row by itself (Linear), norms of unpacked weights always see a multiple of eight rows, silu single ones.
  [[nodiscard]] at::Tensor step(const at::Tensor& ids, std::span<KvCache* const> caches) const;

 private:
  struct Parts;
  std::unique_ptr<Parts> parts_;
};

}  // namespace assay
