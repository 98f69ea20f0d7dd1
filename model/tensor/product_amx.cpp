#include "model/tensor/after_product_bf16.h"
#include "model/tensor/panel_int8.h"
#include "model/tensor/product_bf16.h"
#include "model/tensor/tiles_amx.h"

namespace assay {
namespace {

static_assert(kAmxInputsTogether % kTileValues == 0 && kAmxMostRows % kRowsOfTiles == 0);

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
  void take(const Rows& rows, const PanelOutputs& outputs, const float* sums) { outputs_ = outputs, next_ = sums, row_ = rows.first, end_ = rows.first + rows.count; }

  [[gnu::always_inline]] void write_rows(std::int64_t count) {
    for (std::int64_t i = 0; i < count && row_ < end_; ++i, ++row_, next_ += kPanelRows) {
      if (outputs_.is_whole) write_row();
      else write_part_of_row();
    }
  }
  void write_rest() { write_rows(kRowsOfTiles); }

 private:
  [[gnu::always_inline]] void write_row() const {
    const auto at = row_ * product_.outputs + outputs_.first;
    __m512 y[2];
    for (int half = 0; half < 2; ++half) {
      y[half] = _mm512_add_ps(_mm512_load_ps(next_ + half * 16), outputs_.bias[half]);
      if (After == AfterBf16::kNothing) continue;
      const __m512 other = needs_other(After) ? load_bf16(product_.other + at + half * 16) : _mm512_setzero_ps();
      y[half] = finished<After>(rounded(y[half]), other, product_.scale == nullptr ? nullptr : &outputs_.scale[half]);
    }
    _mm512_storeu_si512(product_.out + at, reinterpret_cast<__m512i>(_mm512_cvtne2ps_pbh(y[1], y[0])));
  }
  void write_part_of_row() const {
    for (std::int64_t half = 0; half < kPanelRows && outputs_.first + half < product_.outputs; half += 16)
      OutputsBf16(product_, outputs_.first + half).finish(row_, _mm512_load_ps(next_ + half));
  }

  const ProductBf16& product_;
  PanelOutputs outputs_;
  const float* next_ = nullptr;
  std::int64_t row_ = 0, end_ = 0;
};

/// The lines that are going to be written come to the cache meanwhile.
void announce(const ProductBf16& product, const Rows& rows, std::int64_t output) {
  for (std::int64_t r = 0; r < rows.count; ++r) {
    const auto at = (rows.first + r) * product.outputs + output;
    if (product.other != nullptr) __builtin_prefetch(product.other + at);
    __builtin_prefetch(product.out + at, /*rw=*/1);
  }
}

/// The same part of the next panel, brought to the second cache a little at a time. (Behind the last panel it may be nothing: then nothing comes.)
class Coming {
 public:
  /// `values` of one part, to come in so many steps, from the next panel's part on.
  template <typename T>
  Coming(const T* next, std::int64_t values, std::int64_t steps) : next_(reinterpret_cast<const char*>(next)), lines_((values * static_cast<std::int64_t>(sizeof(T)) / kTileBytes + steps - 1) / steps) {}
  [[gnu::always_inline]] void fetch() {
    for (std::int64_t i = 0; i < lines_; ++i, next_ += kTileBytes) _mm_prefetch(next_, _MM_HINT_T1);
  }

 private:
  const char* next_;
  std::int64_t lines_;
};

/// Adds to a block's sums, or begins them, and writes finished ones meanwhile: tiles and vectors do not wait for each other.
template <int Blocks, AfterBf16 After>
void add_products(const Rows& rows, const std::uint16_t* panel, bool is_first, float* sums, Finished<After>& finished, Coming& coming) {
  const auto rows_a_step = kRowsOfTiles / (rows.steps + 1) + 1;
  if (is_first) zero_sums<Blocks>();
  else load_sums<Blocks>(sums, kPanelRows);
  multiply_tiles<Blocks, OftenRead::kPanel>(rows.x, rows.stride, panel, rows.steps, [&] {
    coming.fetch();
    finished.write_rows(rows_a_step);
  });
  finished.write_rest();
  store_sums<Blocks>(sums, kPanelRows);
}

template <AfterBf16 After>
void multiply(const ProductBf16& product, std::int64_t row_begin, std::int64_t row_end, std::int64_t panel_begin, std::int64_t panel_end, ProductRoomAmx& room) {
  const auto inputs = product.inputs, row_blocks = (row_end - row_begin + kRowsOfTiles - 1) / kRowsOfTiles;
  const auto parts = (inputs + kAmxInputsTogether - 1) / kAmxInputsTogether, together = rounded_up((inputs + parts - 1) / parts, kTileValues);
  Tiles tiles(smaller(row_end - row_begin, kRowsOfTiles));
  Finished<After> finished(product);
  for (std::int64_t begin = 0; begin < inputs; begin += together) {
    const auto count = smaller(together, inputs - begin), steps = count / kTileValues;
    const bool is_last = begin + count == inputs;
    std::int64_t block = 0;
    for (auto panel = panel_begin; panel < panel_end; ++panel) {
      const auto output = panel * kPanelRows, at = output * inputs + begin * kPanelRows;
      const PanelOutputs outputs(product, output);
      const std::uint16_t* weights = room.panel;
      if (product.packed != nullptr) weights = product.packed + at;
      else widen_panel({product.packed8 + at, product.scales8 + output, product.outputs - output}, count / 2, room.panel);
      const auto next = at + inputs * kPanelRows;
      const auto values = count * kPanelRows, all_steps = steps * row_blocks;
      auto coming = product.packed != nullptr ? Coming(product.packed + next, values, all_steps) : Coming(product.packed8 + next, values, all_steps);
      for (auto row = row_begin; row < row_end; row += kRowsOfTiles, ++block) {
        const Rows rows{product.x + row * inputs + begin, row, smaller(kRowsOfTiles, row_end - row), inputs, steps};
        float* const sums = room.sums + (parts == 1 ? block % 2 : block) * kRowsOfTiles * kPanelRows;  // of one block, while another's are taken, or of all
        tiles.shape(rows.count);
        if (is_last) announce(product, rows, output);
        if (rows.count > kTileRows) add_products<2>(rows, weights, begin == 0, sums, finished, coming);
        else add_products<1>(rows, weights, begin == 0, sums, finished, coming);
        if (is_last) finished.take(rows, outputs, sums);
      }
    }
  }
  finished.write_rest();
}

}  // namespace

void multiply_amx(const ProductBf16& product, std::int64_t row_begin, std::int64_t row_end, std::int64_t panel_begin, std::int64_t panel_end, ProductRoomAmx& room) {
  with_after(product.after, [&]<AfterBf16 After> { multiply<After>(product, row_begin, row_end, panel_begin, panel_end, room); });
}

}  // namespace assay
