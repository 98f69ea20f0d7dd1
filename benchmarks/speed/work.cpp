#include "benchmarks/speed/work.h"

#include <algorithm>

namespace assay {
namespace {

/// Of matrices whose rows are read once whatever the rows that run through them: the linear layers, told by their batch of one.
double weights_in(const std::vector<Product>& products) {
  double count = 0;
  for (const auto& product : products)
    if (product.batch == 1) count += static_cast<double>(product.in * product.out * product.times);
  return count;
}

/// Keys and values of so many tokens in all layers.
double cached_elements(const LanguageConfig& c, std::int64_t tokens) { return 2.0 * static_cast<double>(c.layer_count * c.key_head_count * c.head_width * tokens); }

}  // namespace

double flops_of(const std::vector<Product>& products) {
  double sum = 0;
  for (const auto& product : products) sum += product.flops();
  return sum;
}

std::vector<Product> encoder_products(const InternVlConfig& c, std::int64_t tiles) {
  const auto side = c.tile_side / c.vision.patch_size, T = side * side + 1, rows = tiles * T, D = c.vision.hidden_size, L = c.vision.layer_count;
  const auto N = c.vision.head_count, F = c.vision.intermediate_size, p = c.vision.patch_size, tokens = tiles * c.tokens_per_tile(), W = c.language.hidden_size;
  return {{1, rows, 3 * p * p, D, 1},     {1, rows, D, 3 * D, L},  {1, rows, D, D, L},
          {1, rows, D, F, L},             {1, rows, F, D, L},      {tiles * N, T, D / N, T, L},
          {tiles * N, T, T, D / N, L},    {1, tokens, D * c.merge * c.merge, W, 1}, {1, tokens, W, W, 1}};
}

std::vector<Product> prefill_products(const LanguageConfig& c, std::int64_t rows) {
  const auto D = c.hidden_size, Q = c.head_count * c.head_width, KV = c.key_head_count * c.head_width, L = c.layer_count, K = c.head_width;
  return {{1, rows, D, Q + 2 * KV, L},          {1, rows, Q, D, L},                        {1, rows, D, 2 * c.intermediate_size, L},
          {1, rows, c.intermediate_size, D, L}, {c.head_count, rows, K, rows / 2, L}, {c.head_count, rows, rows / 2, K, L},
          {1, 1, D, c.vocabulary_size, 1}};
}

std::vector<Product> decode_products(const LanguageConfig& c, std::int64_t replies, std::int64_t past) {
  const auto D = c.hidden_size, Q = c.head_count * c.head_width, KV = c.key_head_count * c.head_width, L = c.layer_count, K = c.head_width;
  return {{1, replies, D, Q + 2 * KV, L},          {1, replies, Q, D, L},                       {1, replies, D, 2 * c.intermediate_size, L},
          {1, replies, c.intermediate_size, D, L}, {replies * c.head_count, 1, K, past + 1, L}, {replies * c.head_count, 1, past + 1, K, L},
          {1, replies, D, c.vocabulary_size, 1}};
}

Work encoder_work(const InternVlConfig& config, std::int64_t tiles, std::int64_t element_bytes) {
  const auto products = encoder_products(config, tiles);
  return {flops_of(products), weights_in(products) * static_cast<double>(element_bytes)};
}

Work prefill_work(const LanguageConfig& config, std::int64_t rows, std::int64_t element_bytes) {
  const auto products = prefill_products(config, rows);
  return {flops_of(products), (weights_in(products) + cached_elements(config, rows)) * static_cast<double>(element_bytes)};
}

Work decode_work(const LanguageConfig& config, std::int64_t replies, std::int64_t past, std::int64_t element_bytes) {
  const auto products = decode_products(config, replies, past);
  return {flops_of(products), (weights_in(products) + static_cast<double>(replies) * cached_elements(config, past + 1)) * static_cast<double>(element_bytes)};
}

double roofline_share(const Work& work, const Peaks& peaks, double seconds) { return std::max(work.flops / peaks.flops, work.bytes / peaks.bytes) / seconds; }

}  // namespace assay
