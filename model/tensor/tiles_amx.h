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

/// The compiler does not know what memory the loads of tiles and of their shapes read (GCC 12's intrinsics do not say): what was written before is so now, and what comes
/// after is written later.
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

// What is done with one of the sums' tiles. (The compiler takes a tile's number as it is written alone.)

/// Where sums lie: row r's 32 at `at` + r · stride.
struct SumsAt {
  float* at = nullptr;
  std::int64_t stride = 0;

  template <int Tile>
  [[gnu::always_inline]] void load() const {
    if constexpr (Tile == 0) _tile_loadd(0, at, stride * 4);
    if constexpr (Tile == 1) _tile_loadd(1, at + kTileRows, stride * 4);
    if constexpr (Tile == 2) _tile_loadd(2, at + kTileRows * stride, stride * 4);
    if constexpr (Tile == 3) _tile_loadd(3, at + kTileRows * stride + kTileRows, stride * 4);
  }
  template <int Tile>
  [[gnu::always_inline]] void store() const {
    if constexpr (Tile == 0) _tile_stored(0, at, stride * 4);
    if constexpr (Tile == 1) _tile_stored(1, at + kTileRows, stride * 4);
    if constexpr (Tile == 2) _tile_stored(2, at + kTileRows * stride, stride * 4);
    if constexpr (Tile == 3) _tile_stored(3, at + kTileRows * stride + kTileRows, stride * 4);
  }
  template <int Blocks>
  [[gnu::always_inline]] void store_all() const {
    store<0>();
    store<1>();
    if constexpr (Blocks == 2) {
      store<2>();
      store<3>();
    }
  }
};

template <int Tile>
[[gnu::always_inline]] inline void zero_sum() {
  if constexpr (Tile == 0) _tile_zero(0);
  if constexpr (Tile == 1) _tile_zero(1);
  if constexpr (Tile == 2) _tile_zero(2);
  if constexpr (Tile == 3) _tile_zero(3);
}

/// Adds to a sum what its rows and its half of the panel give, which are in their tiles.
template <int Tile>
[[gnu::always_inline]] inline void add_product() {
  if constexpr (Tile == 0) _tile_dpbf16ps(0, 4, 6);
  if constexpr (Tile == 1) _tile_dpbf16ps(1, 4, 7);
  if constexpr (Tile == 2) _tile_dpbf16ps(2, 5, 6);
  if constexpr (Tile == 3) _tile_dpbf16ps(3, 5, 7);
}

/// Adds to the sums what 32 values of the rows and of a panel give. Before a sum is added to, begin<Tile>() is called. Blocks: 1 for up to sixteen rows, else 2.
template <int Blocks, OftenRead Often, typename Begin>
[[gnu::always_inline]] inline void multiply_step(const std::uint16_t* rows, std::int64_t stride, const std::uint16_t* pairs, const Begin& begin) {
  if constexpr (Often == OftenRead::kRows) {
    _tile_loadd(4, rows, stride * 2);
    _tile_stream_loadd(6, pairs, 2 * kTileBytes);
    _tile_stream_loadd(7, pairs + kTileValues, 2 * kTileBytes);
    if constexpr (Blocks == 2) _tile_loadd(5, rows + kTileRows * stride, stride * 2);
  } else {
    _tile_stream_loadd(4, rows, stride * 2);
    _tile_loadd(6, pairs, 2 * kTileBytes);
    _tile_loadd(7, pairs + kTileValues, 2 * kTileBytes);
    if constexpr (Blocks == 2) _tile_stream_loadd(5, rows + kTileRows * stride, stride * 2);
  }
  begin.template operator()<0>();
  add_product<0>();
  begin.template operator()<1>();
  add_product<1>();
  if constexpr (Blocks == 2) {
    begin.template operator()<2>();
    add_product<2>();
    begin.template operator()<3>();
    add_product<3>();
  }
}

}  // namespace
}  // namespace assay
