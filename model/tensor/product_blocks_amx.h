#pragma once
#include <immintrin.h>

#include <cstdint>

#include "model/tensor/after_product_bf16.h"
#include "model/tensor/product_bf16.h"
#include "model/tensor/tiles_amx.h"

// Products by AMX's tiles, block by block, and what is done with their sums on the way, for files compiled with AMX and called only where the process may use it.
namespace assay {
namespace {

/// Some rows of x that a panel meets at once, and some of their values.
struct Rows {
  const std::uint16_t* x;  ///< the first row's first value
  std::int64_t first, count, stride, steps;
};

/// A panel's outputs, as far as they are the same for every row.
struct PanelOutputs {
  std::int64_t first;
  __m512 bias[2] = {}, scale[2] = {};
  bool is_whole;  ///< all 32 are there; else the rest of this is not filled

  PanelOutputs(const ProductBf16& product, std::int64_t output) : first(output), is_whole(output + kPanelRows <= product.outputs) {
    for (int half = 0; is_whole && half < 2; ++half) {
      if (product.bias != nullptr) bias[half] = load_bf16(product.bias + output + half * 16);
      if (product.scale != nullptr) scale[half] = load_bf16(product.scale + output + half * 16);
    }
  }
};

/// Sums that are all taken, on their way out.
template <AfterBf16 After>
class Finished {
 public:
  explicit Finished(const ProductBf16& product) : product_(product), outputs_(product, 0) {}

  /// The others are all written.
  void take(const Rows& rows, std::int64_t output, const float* sums) { outputs_ = {product_, output}, sums_ = sums, row_ = rows.first, count_ = rows.count; }

  /// Writes them all, some rows behind every step. step() is called `steps` times.
  template <typename Step>
  [[gnu::always_inline]] void write_beside(std::int64_t steps, const Step& step) {
    if (!outputs_.is_whole) write_parts();
    if (!outputs_.is_whole || count_ == 0) {
      for (; steps > 0; --steps) step();
    } else if (steps >= kRowsOfTiles - 1) {
      write_whole_beside<1>(steps, step);
    } else if (steps >= kRowsOfTiles / 2 - 1) {
      write_whole_beside<2>(steps, step);
    } else {
      write_whole_beside<4>(steps, step);
    }
    count_ = 0;
  }

 private:
  /// Rows of a whole panel: where the next one is, and what is done with it. A copy of its own, whose members the compiler keeps in registers.
  class WholeRows {
   public:
    WholeRows(const ProductBf16& product, const PanelOutputs& outputs, const float* sums, std::int64_t row)
        : outputs_(outputs), sums_(sums), out_(product.out + row * product.outputs + outputs.first),
          other_(needs_other(After) ? product.other + row * product.outputs + outputs.first : nullptr), stride_(product.outputs), has_scale_(product.scale != nullptr) {}
    [[gnu::always_inline]] void write_next() {
      const __m512 low = half<0>(), high = half<1>();
      _mm512_storeu_si512(out_, reinterpret_cast<__m512i>(_mm512_cvtne2ps_pbh(high, low)));
      sums_ += kPanelRows, out_ += stride_;
      if (needs_other(After)) other_ += stride_;
    }

   private:
    template <int Half>
    [[gnu::always_inline]] __m512 half() const {
      const __m512 y = _mm512_add_ps(_mm512_load_ps(sums_ + Half * 16), outputs_.bias[Half]);
      if (After == AfterBf16::kNothing) return y;
      return finished<After>(rounded(y), needs_other(After) ? load_bf16(other_ + Half * 16) : _mm512_setzero_ps(), has_scale_ ? &outputs_.scale[Half] : nullptr);
    }

    PanelOutputs outputs_;
    const float* sums_;
    std::uint16_t* out_;
    const std::uint16_t* other_;
    std::int64_t stride_;
    bool has_scale_;
  };
  template <int RowsAStep, typename Step>
  [[gnu::always_inline]] void write_whole_beside(std::int64_t steps, const Step& step) {
    WholeRows rows(product_, outputs_, sums_, row_);
    auto left = count_;
    for (; steps > 0 && left >= RowsAStep; --steps, left -= RowsAStep) {
      step();
#pragma GCC unroll 4
      for (int r = 0; r < RowsAStep; ++r) rows.write_next();
    }
    for (; steps > 0; --steps) step();
    for (; left > 0; --left) rows.write_next();
  }
  [[gnu::noinline]] void write_parts() const {
    for (std::int64_t r = 0; r < count_; ++r)
      for (std::int64_t half = 0; half < kPanelRows && outputs_.first + half < product_.outputs; half += 16)
        OutputsBf16(product_, outputs_.first + half).finish(row_ + r, _mm512_load_ps(sums_ + r * kPanelRows + half));
  }

  const ProductBf16& product_;
  PanelOutputs outputs_;
  const float* sums_ = nullptr;
  std::int64_t row_ = 0, count_ = 0;
};

/// What will be read next, brought to the second cache a little at a time: stretches of memory, one like the other. (Behind the last panel there may be nothing: then
/// nothing comes.)
class Coming {
 public:
  Coming() = default;
  /// `stretches` of `bytes` each, `apart` bytes from one to the next, to come in so many steps.
  Coming(const void* first, std::int64_t bytes, std::int64_t stretches, std::int64_t apart, std::int64_t steps)
      : next_(static_cast<const char*>(first)), end_(next_ + bytes), bytes_(bytes), apart_(apart), left_(bytes > 0 ? stretches : 0),
        lines_((bytes / kTileBytes * stretches + steps - 1) / steps) {}
  [[gnu::always_inline]] void fetch() {
    for (std::int64_t i = 0; i < lines_ && left_ > 0; ++i) {
      _mm_prefetch(next_, _MM_HINT_T1);
      next_ += kTileBytes;
      if (next_ < end_) continue;
      next_ += apart_ - bytes_, end_ += apart_;
      --left_;
    }
  }

 private:
  const char *next_ = nullptr, *end_ = nullptr;
  std::int64_t bytes_ = 0, apart_ = 0, left_ = 0, lines_ = 0;
};

/// Blocks of rows and panels one after the other. While the tiles begin a block's sums those of the one before are stored, and while they add to them those are finished:
/// tiles and vectors do not wait for each other.
template <AfterBf16 After>
class Blocks {
 public:
  Blocks(const ProductBf16& product, std::int64_t rows) : tiles_(smaller(rows, kRowsOfTiles)), finished_(product) {}
  Blocks(const Blocks&) = delete;
  Blocks& operator=(const Blocks&) = delete;

  /// Adds to a block's sums, or begins them. `output`: the panel's first one, where these are the last inputs; else kNotYet.
  template <OftenRead Often>
  void add(const Rows& rows, const std::uint16_t* panel, bool is_first, float* sums, std::int64_t output, Coming& coming) {
    if (rows.count != last_.rows.count) {
      finish();
      tiles_.shape(rows.count);
    }
    if (rows.count > kTileRows) add_to<Often, 2>(rows, panel, is_first, sums, coming);
    else add_to<Often, 1>(rows, panel, is_first, sums, coming);
    last_ = {rows, {sums, kPanelRows}, output};
  }
  static constexpr std::int64_t kNotYet = -1;

  /// Stores and finishes what is left.
  void finish() {
    if (last_.sums.at == nullptr) return;
    if (last_.rows.count > kTileRows) last_.sums.template store_all<2>();
    else last_.sums.template store_all<1>();
    take_last();
    finished_.write_beside(0, [] {});
  }

 private:
  struct Block {
    Rows rows;
    SumsAt sums;  ///< nowhere: there is none
    std::int64_t output = kNotYet;
  };
  template <OftenRead Often, int RowTiles>
  void add_to(const Rows& rows, const std::uint16_t* panel, bool is_first, float* sums, Coming& coming) {
    const SumsAt last = last_.sums, now{sums, kPanelRows};
    take_last();
    finish_writing();
    multiply_step<RowTiles, Often>(rows.x, rows.stride, panel, [&]<int Tile> {
      if (last.at != nullptr) last.store<Tile>();
      if (is_first) zero_sum<Tile>();
      else now.load<Tile>();
    });
    coming.fetch();
    const std::uint16_t *values = rows.x, *pairs = panel;
    finished_.write_beside(rows.steps - 1, [&] {
      values += kTileValues, pairs += kTileValues * kPanelRows;
      multiply_step<RowTiles, Often>(values, rows.stride, pairs, []<int Tile> {});
      coming.fetch();
    });
  }
  void take_last() {
    if (last_.sums.at != nullptr && last_.output != kNotYet) finished_.take(last_.rows, last_.output, last_.sums.at);
    last_.sums = {};
  }

  Tiles tiles_;
  Block last_{};              ///< whose sums are still in the tiles
  Finished<After> finished_;  ///< of the block before that one
};

/// Some of a product's inputs: what x has of them, and where the others' sums are.
struct Part {
  const std::uint16_t* x;  ///< [rows, count], from the first row of the piece on
  std::int64_t begin, count;
  float* sums;  ///< of all blocks where there are several parts, else of two
};

/// Rows after rows, each with all panels. What will be read afterwards is fetched meanwhile.
template <AfterBf16 After>
void multiply_by_rows(const ProductBf16& product, const Part& part, std::int64_t row_begin, std::int64_t row_end, std::int64_t panel_begin, std::int64_t panel_end,
                      Coming coming) {
  const auto steps = part.count / kTileValues;
  const bool is_whole = part.count == product.inputs, is_first = part.begin == 0, is_last = part.begin + part.count == product.inputs;
  Blocks<After> blocks(product, row_end - row_begin);
  std::int64_t block = 0;
  for (auto row = row_begin; row < row_end; row += kRowsOfTiles) {
    const auto next = smaller(row + kRowsOfTiles, row_end);
    const Rows rows{part.x + (row - row_begin) * part.count, row, next - row, part.count, steps};
    for (auto panel = panel_begin; panel < panel_end; ++panel, ++block) {
      const auto output = panel * kPanelRows;
      const auto* const weights = product.packed + output * product.inputs + part.begin * kPanelRows;
      float* const sums = part.sums + (is_whole ? block % 2 : block) * kRowsOfTiles * kPanelRows;
      blocks.template add<OftenRead::kRows>(rows, weights, is_first, sums, is_last ? output : Blocks<After>::kNotYet, coming);
    }
  }
  blocks.finish();
}

}  // namespace
}  // namespace assay
