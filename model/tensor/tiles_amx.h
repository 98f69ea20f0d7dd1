#pragma once
#include <immintrin.h>

#include <cstdint>

#include "model/tensor/panel_bf16.h"

// Products by AMX's tiles, for files compiled with AMX and called only where the process may use it. A panel (panel_bf16.h) is a row of tiles as it lies: sixteen
// pairs of values by sixteen of its rows each. Sums are taken over 32 values at a time, those of even and of odd places apart, and then added to what there was:
// in one order, whatever stands beside a row.  Source: Intel 64 and IA-32 Architectures Software Developer's Manual, volume 2, TDPBF16PS
namespace assay {
namespace {

constexpr std::int64_t kTileRows = 16, kTileValues = 32, kTileBytes = 64;  // a tile's rows, and what is in one of them: bfloat16, or sixteen floats
constexpr std::int64_t kRowsOfTiles = 2 * kTileRows;                       // rows of x that a panel meets at once

/// The compiler does not know what memory the loads of tiles and of their shapes read (GCC 12's intrinsics do not say): what was written before is so now. Stores
/// of tiles, which do say that they write, keep what follows them from coming earlier.
[[gnu::always_inline]] inline void finish_writing() { asm volatile("" ::: "memory"); }

/// The shapes of the eight tiles while it lives: sums in 0 to 3, by rows and then by halves of a panel, rows of x in 4 and 5, a panel's halves in 6 and 7.
class Tiles {
 public:
  /// For `rows` rows of x, 1 to kRowsOfTiles.
  explicit Tiles(std::int64_t rows) { shape(rows); }
  ~Tiles() { _tile_release(); }
  Tiles(const Tiles&) = delete;
  Tiles& operator=(const Tiles&) = delete;

  void shape(std::int64_t rows) {
    if (rows == rows_) return;
    rows_ = rows;
    struct alignas(64) {
      std::uint8_t palette = 1, start_row = 0, reserved[14] = {};
      std::uint16_t row_bytes[16] = {};
      std::uint8_t rows[16] = {};
    } config;
    const auto upper = static_cast<std::uint8_t>(smaller(rows, kTileRows)), lower = static_cast<std::uint8_t>(rows > kTileRows ? rows - kTileRows : 1);
    config.rows[0] = config.rows[1] = config.rows[4] = upper;
    config.rows[2] = config.rows[3] = config.rows[5] = lower;
    config.rows[6] = config.rows[7] = kTileRows;
    for (int tile = 0; tile < 8; ++tile) config.row_bytes[tile] = kTileBytes;
    finish_writing();
    _tile_loadconfig(&config);
  }

 private:
  std::int64_t rows_ = 0;
};

/// Which of the two will be read again soon: the other one goes past the nearest cache.
enum class OftenRead { kRows, kPanel };

/// Adds to the sums what `steps` times 32 values of the rows and of a panel give, and calls meanwhile() after each. Blocks: 1 for up to sixteen rows, else 2.
template <int Blocks, OftenRead Often, typename Meanwhile>
[[gnu::always_inline]] inline void multiply_tiles(const std::uint16_t* x, std::int64_t stride, const std::uint16_t* panel, std::int64_t steps, const Meanwhile& meanwhile) {
  finish_writing();
  for (std::int64_t i = 0; i < steps; ++i) {
    const auto* const rows = x + i * kTileValues;
    const auto* const pairs = panel + i * kTileValues * kPanelRows;
    if constexpr (Often == OftenRead::kRows) {
      _tile_loadd(4, rows, stride * 2);
      if constexpr (Blocks == 2) _tile_loadd(5, rows + kTileRows * stride, stride * 2);
      _tile_stream_loadd(6, pairs, 2 * kTileBytes);
      _tile_stream_loadd(7, pairs + kTileValues, 2 * kTileBytes);
    } else {
      _tile_stream_loadd(4, rows, stride * 2);
      if constexpr (Blocks == 2) _tile_stream_loadd(5, rows + kTileRows * stride, stride * 2);
      _tile_loadd(6, pairs, 2 * kTileBytes);
      _tile_loadd(7, pairs + kTileValues, 2 * kTileBytes);
    }
    _tile_dpbf16ps(0, 4, 6);
    _tile_dpbf16ps(1, 4, 7);
    if constexpr (Blocks == 2) {
      _tile_dpbf16ps(2, 5, 6);
      _tile_dpbf16ps(3, 5, 7);
    }
    meanwhile();
  }
}

template <int Blocks>
[[gnu::always_inline]] inline void zero_sums() {
  _tile_zero(0);
  _tile_zero(1);
  if constexpr (Blocks == 2) {
    _tile_zero(2);
    _tile_zero(3);
  }
}

/// The sums of row r at sums + r · stride, 32 of them.
template <int Blocks>
[[gnu::always_inline]] inline void load_sums(const float* sums, std::int64_t stride) {
  finish_writing();
  _tile_loadd(0, sums, stride * 4);
  _tile_loadd(1, sums + kTileRows, stride * 4);
  if constexpr (Blocks == 2) {
    _tile_loadd(2, sums + kTileRows * stride, stride * 4);
    _tile_loadd(3, sums + kTileRows * stride + kTileRows, stride * 4);
  }
}
template <int Blocks>
[[gnu::always_inline]] inline void store_sums(float* sums, std::int64_t stride) {
  _tile_stored(0, sums, stride * 4);
  _tile_stored(1, sums + kTileRows, stride * 4);
  if constexpr (Blocks == 2) {
    _tile_stored(2, sums + kTileRows * stride, stride * 4);
    _tile_stored(3, sums + kTileRows * stride + kTileRows, stride * 4);
  }
}

}  // namespace
}  // namespace assay
