#include "model/image/normalize.h"

#include <cassert>
#include <cstring>
#include <vector>

#include "model/image/normalize_avx512.h"

namespace assay {
namespace {

using Table = std::array<std::array<float, 256>, 3>;

Table make_table(const Normalization& normalization) {
  Table table;
  for (int c = 0; c < 3; ++c) {
    for (int x = 0; x < 256; ++x) {
      const float share = static_cast<float>(x) / 255.0F;
      const float centred = share - normalization.mean[c];
      table[c][x] = centred / normalization.deviation[c];
    }
  }
  return table;
}

// All 256 bytes in every channel, bit for bit: what no argument about rounding could promise for any deviation.
bool vectors_agree(const Normalization& normalization, const Table& table) {
  std::vector<std::uint8_t> bytes(std::size_t{256} * 3);
  for (std::size_t i = 0; i < bytes.size(); ++i) bytes[i] = static_cast<std::uint8_t>(i / 3);
  Table got{};
  normalize_row_avx512(normalization, bytes.data(), 256, got[0].data(), got[1].data(), got[2].data());
  return std::memcmp(&got, &table, sizeof table) == 0;
}

}  // namespace

Normalizer::Normalizer(const Normalization& normalization, Instructions instructions)
    : table_(make_table(normalization)),
      normalization_(normalization),
      is_vectorized_(instructions == Instructions::kAvx512 && vectors_agree(normalization, table_)) {}

void Normalizer::normalize_row(const std::uint8_t* rgb, int count, float* red, float* green, float* blue) const {
  if (is_vectorized_) return normalize_row_avx512(normalization_, rgb, count, red, green, blue);
  for (int x = 0; x < count; ++x) {
    red[x] = table_[0][rgb[3 * x]];
    green[x] = table_[1][rgb[3 * x + 1]];
    blue[x] = table_[2][rgb[3 * x + 2]];
  }
}

void Normalizer::normalize(const Image& image, std::span<float> out) const {
  const std::size_t plane = static_cast<std::size_t>(image.width) * image.height;
  assert(out.size() == 3 * plane);
  for (int y = 0; y < image.height; ++y) {
    float* to = out.data() + static_cast<std::size_t>(image.width) * y;
    normalize_row(image.row(y), image.width, to, to + plane, to + 2 * plane);
  }
}

}  // namespace assay
