#include "benchmarks/speed/work.h"

#include <algorithm>

#include "model/vision/used_layers.h"

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

EncoderSizes encoder_sizes(const InternVlConfig& c) {
  return {c.tile_side, c.vision.patch_size, c.vision.hidden_size, used_layers(c.select_layer, c.vision.layer_count), c.vision.head_count, c.vision.intermediate_size,
          c.tokens_per_tile(), {c.vision.hidden_size * c.merge * c.merge, c.language.hidden_size, c.language.hidden_size}};
}

EncoderSizes encoder_sizes(const LlavaConfig& c) {
  EncoderSizes sizes{c.vision.image_size, c.vision.patch_size, c.vision.hidden_size, used_layers(c.select_layer, c.vision.layer_count), c.vision.head_count,
                     c.vision.intermediate_size, c.tokens_per_tile(), {c.vision.hidden_size}};
  sizes.projector.resize(1 + static_cast<std::size_t>(c.projector_layers), c.language.hidden_size);
  return sizes;
}

std::vector<Product> projector_products(const EncoderSizes& sizes, std::int64_t tiles) {
  std::vector<Product> products;
  for (std::size_t i = 0; i + 1 < sizes.projector.size(); ++i) products.push_back({1, tiles * sizes.tokens_per_tile, sizes.projector[i], sizes.projector[i + 1], 1});
  return products;
}

std::vector<Product> encoder_products(const EncoderSizes& c, std::int64_t tiles) {
  const auto T = c.rows_per_tile(), rows = tiles * T, D = c.hidden_size, L = c.layer_count, N = c.head_count, F = c.intermediate_size, p = c.patch_size;
  std::vector<Product> products = {{1, rows, 3 * p * p, D, 1}, {1, rows, D, 3 * D, L},        {1, rows, D, D, L},           {1, rows, D, F, L},
                                   {1, rows, F, D, L},         {tiles * N, T, D / N, T, L}, {tiles * N, T, T, D / N, L}};
  for (const auto& product : projector_products(c, tiles)) products.push_back(product);
  return products;
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

Work projector_work(const EncoderSizes& sizes, std::int64_t tiles, std::int64_t element_bytes) {
  const auto products = projector_products(sizes, tiles);
  return {flops_of(products), weights_in(products) * static_cast<double>(element_bytes)};
}

Work encoder_work(const EncoderSizes& sizes, std::int64_t tiles, std::int64_t element_bytes) {
  const auto products = encoder_products(sizes, tiles);
  return {flops_of(products), weights_in(products) * static_cast<double>(element_bytes)};
}

Work prefill_work(const LanguageConfig& config, std::int64_t rows, std::int64_t element_bytes) {
  const auto products = prefill_products(config, rows);
  return {flops_of(products), (weights_in(products) + cached_elements(config, rows)) * static_cast<double>(element_bytes)};
}

Work decode_work(const LanguageConfig& config, std::int64_t replies, std::int64_t past, std::int64_t element_bytes, std::int64_t weight_bytes) {
  const auto products = decode_products(config, replies, past);
  return {flops_of(products), weights_in(products) * static_cast<double>(weight_bytes) +
                                  static_cast<double>(replies) * cached_elements(config, past + 1) * static_cast<double>(element_bytes)};
}

double roofline_share(const Work& work, const Peaks& peaks, double seconds) { return std::max(work.flops / peaks.flops, work.bytes / peaks.bytes) / seconds; }

}  // namespace assay
