#include "model/tensor/after_product_bf16.h"
#include "model/tensor/panel_int8.h"
#include "model/tensor/product_bf16.h"
#include "model/tensor/tiles_amx.h"

namespace assay {
namespace {

static_assert(kAmxInputsTogether % kTileValues == 0 && kAmxMostRows % kRowsOfTiles == 0);

constexpr std::int64_t kInputsOfKept = 1024;  // of panels that stay: a block of rows of so many is about what the nearest cache holds

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
template <OftenRead Often, int Blocks, AfterBf16 After>
void add_products_of(const Rows& rows, const std::uint16_t* panel, bool is_first, float* sums, Finished<After>& finished, Coming& coming) {
  const auto rows_a_step = kRowsOfTiles / (rows.steps + 1) + 1;
  if (is_first) zero_sums<Blocks>();
  else load_sums<Blocks>(sums, kPanelRows);
  multiply_tiles<Blocks, Often>(rows.x, rows.stride, panel, rows.steps, [&] {
    coming.fetch();
    finished.write_rows(rows_a_step);
  });
  finished.write_rest();
  store_sums<Blocks>(sums, kPanelRows);
}

template <OftenRead Often, AfterBf16 After>
void add_products(const Rows& rows, const std::uint16_t* panel, bool is_first, float* sums, Finished<After>& finished, Coming& coming) {
  if (rows.count > kTileRows) add_products_of<Often, 2>(rows, panel, is_first, sums, finished, coming);
  else add_products_of<Often, 1>(rows, panel, is_first, sums, finished, coming);
}

/// Panel after panel, each with all rows; of many inputs, some of them after the others.
template <AfterBf16 After>
void multiply_by_panels(const ProductBf16& product, std::int64_t row_begin, std::int64_t row_end, std::int64_t panel_begin, std::int64_t panel_end, ProductRoomAmx& room) {
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
        add_products<OftenRead::kPanel>(rows, weights, begin == 0, sums, finished, coming);
        if (is_last) finished.take(rows, outputs, sums);
      }
    }
  }
  finished.write_rest();
}

/// Rows after rows, each with all panels.
template <AfterBf16 After>
void multiply_by_rows(const ProductBf16& product, std::int64_t row_begin, std::int64_t row_end, std::int64_t panel_begin, std::int64_t panel_end, ProductRoomAmx& room) {
  const auto inputs = product.inputs, steps = inputs / kTileValues, all_steps = steps * (panel_end - panel_begin);
  Tiles tiles(smaller(row_end - row_begin, kRowsOfTiles));
  Finished<After> finished(product);
  std::int64_t block = 0;
  for (auto row = row_begin; row < row_end; row += kRowsOfTiles) {
    const auto next = smaller(row + kRowsOfTiles, row_end);
    const Rows rows{product.x + row * inputs, row, next - row, inputs, steps};
    Coming coming(product.x + next * inputs, smaller(kRowsOfTiles, row_end - next) * inputs, all_steps);
    tiles.shape(rows.count);
    for (auto panel = panel_begin; panel < panel_end; ++panel, ++block) {
      const auto output = panel * kPanelRows;
      float* const sums = room.sums + block % 2 * kRowsOfTiles * kPanelRows;
      announce(product, rows, output);
      add_products<OftenRead::kRows>(rows, product.packed + output * inputs, /*is_first=*/true, sums, finished, coming);
      finished.take(rows, PanelOutputs(product, output), sums);
    }
  }
  finished.write_rest();
}

bool keeps_panels(const ProductBf16& product) { return product.packed != nullptr && product.inputs <= kInputsOfKept && product.rows > kRowsOfTiles; }

}  // namespace

PieceBf16 piece_amx(const ProductBf16& product) {
  if (keeps_panels(product)) return {128, 16, true};
  constexpr std::int64_t kLeastRows = 256, kValues = 1 << 19;  // of rows that stay in the second cache: 1 MiB
  const auto rows = kValues / product.inputs / kRowsOfTiles * kRowsOfTiles;
  return {smaller(rows < kLeastRows ? kLeastRows : rows, kAmxMostRows), kAmxPanels, false};
}

void multiply_amx(const ProductBf16& product, std::int64_t row_begin, std::int64_t row_end, std::int64_t panel_begin, std::int64_t panel_end, ProductRoomAmx& room) {
  with_after(product.after, [&]<AfterBf16 After> {
    if (keeps_panels(product)) multiply_by_rows<After>(product, row_begin, row_end, panel_begin, panel_end, room);
    else multiply_by_panels<After>(product, row_begin, row_end, panel_begin, panel_end, room);
  });
}

}  // namespace assay
