#pragma once
#include <cstdint>
#include <vector>

#include "model/internvl/config.h"
#include "model/language/config.h"
#include "model/llava/config.h"

/// What the stages of a model must do at the least: floating-point operations, and bytes moved between memory and the processor. Counted from a
/// model's sizes alone, so that a measured time can be held against the machine's limits.
namespace assay {

/// [batch, rows, in] times [batch, in, out], so many times.
struct Product {
  std::int64_t batch, rows, in, out;
  std::int64_t times;
  /// A multiplication and an addition count as two.
  [[nodiscard]] double flops() const { return 2.0 * static_cast<double>(batch * rows * in * out * times); }
};

struct Work {
  double flops = 0;
  double bytes = 0;  ///< each weight once, each key and value that is read or written; activations stay in caches
};

/// What a machine reaches, as measured.
struct Peaks {
  double flops = 0;  ///< of matrix products, a second, in the dtype asked for
  double bytes = 0;  ///< of reading, a second
};

[[nodiscard]] double flops_of(const std::vector<Product>& products);

/// Sizes of a vision tower and of the projector behind it, in the families that project each tile by itself.
struct EncoderSizes {
  std::int64_t tile_side = 0, patch_size = 0;  ///< pixels
  std::int64_t hidden_size = 0, layer_count = 0, head_count = 0, intermediate_size = 0;
  std::int64_t tokens_per_tile = 0;
  std::vector<std::int64_t> projector;  ///< width before each linear layer and after the last: {2048, 896, 896}

  [[nodiscard]] std::int64_t rows_per_tile() const { return (tile_side / patch_size) * (tile_side / patch_size) + 1; }  ///< patches and the class token
};

/// Of the layers that run: a checkpoint may hold more.
[[nodiscard]] EncoderSizes encoder_sizes(const InternVlConfig& config);
[[nodiscard]] EncoderSizes encoder_sizes(const LlavaConfig& config);

/// The projector's linear layers for `tiles` tiles.
[[nodiscard]] std::vector<Product> projector_products(const EncoderSizes& sizes, std::int64_t tiles);
/// The tower's matrix products and the projector's: linear layers, and attention's scores and sums.
[[nodiscard]] std::vector<Product> encoder_products(const EncoderSizes& sizes, std::int64_t tiles);
/// A prompt's of `rows` tokens; of attention the causal half, and the vocabulary for the last row alone.
[[nodiscard]] std::vector<Product> prefill_products(const LanguageConfig& config, std::int64_t rows);
/// Of one token for each of `replies` replies that have `past` tokens behind them.
[[nodiscard]] std::vector<Product> decode_products(const LanguageConfig& config, std::int64_t replies, std::int64_t past);

/// `element_bytes`: of a weight, a key or a value; of a decode step's weights `weight_bytes`.
[[nodiscard]] Work projector_work(const EncoderSizes& sizes, std::int64_t tiles, std::int64_t element_bytes);
[[nodiscard]] Work encoder_work(const EncoderSizes& sizes, std::int64_t tiles, std::int64_t element_bytes);
[[nodiscard]] Work prefill_work(const LanguageConfig& config, std::int64_t rows, std::int64_t element_bytes);
[[nodiscard]] Work decode_work(const LanguageConfig& config, std::int64_t replies, std::int64_t past, std::int64_t element_bytes, std::int64_t weight_bytes);

/// The share of the roofline that was reached: the least time that the machine's limits allow over the time taken.
/// Range    (0, 1] where both peaks are true ones
/// Source   Williams, Waterman & Patterson 2009, CACM 52(4), 65
[[nodiscard]] double roofline_share(const Work& work, const Peaks& peaks, double seconds);

}  // namespace assay
