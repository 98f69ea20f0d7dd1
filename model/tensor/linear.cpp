#include "model/tensor/linear.h"

#include <ATen/ATen.h>

#include <algorithm>
#include <memory>
#include <utility>

#include "model/tensor/bf16_bits.h"
#include "model/tensor/instructions.h"
#include "model/tensor/parallel.h"
#include "model/tensor/product_bf16.h"
#include "model/tensor/row_kernels.h"
#include "model/tensor/silu.h"
#include "model/tensor/strict_products.h"

namespace assay {
namespace {

constexpr std::int64_t kOutputsTogether = 32;                // what a thread takes at a time, at the least
constexpr std::int64_t kPanelsTogether = 4;                  // of a thread's next piece of a packed product, at the least
constexpr std::int64_t kPiecesAThread = 4;                   // at the least, where the product can be cut so

template <typename T>
void multiply(const at::Tensor& x, const at::Tensor& weight, void (*kernel)(const FewRows<T>&), at::Tensor& out) {
  const auto outputs = weight.size(0), in = weight.size(1);
  for_ranges(quotient_up(outputs, kOutputsTogether), [&](std::int64_t begin, std::int64_t end) {
    const auto first = begin * kOutputsTogether, last = std::min(end * kOutputsTogether, outputs);
    kernel({static_cast<const T*>(x.data_ptr()), x.size(0), in, static_cast<const T*>(weight.data_ptr()) + first * in, last - first, out.data_ptr<float>() + first, outputs});
  });
}

/// Shapes  x [R, in], contiguous -> [R, out] float32
at::Tensor product_of_few(const at::Tensor& x, const at::Tensor& weight) {
  auto out = at::empty({x.size(0), weight.size(0)}, x.options().dtype(at::kFloat));
  if (x.scalar_type() == at::kBFloat16) multiply<std::uint16_t>(x, weight, row_kernels().linear_bf16, out);
  else if (x.scalar_type() == at::kHalf) multiply<HalfBits>(x, weight, row_kernels().linear_half, out);
  else multiply<float>(x, weight, row_kernels().linear_float, out);
  return out;
}

/// A weight that is not contiguous stands for one that was never read.
bool can_be_packed(const at::Tensor& weight, at::ScalarType activations) {
  return has_avx512_bf16() && activations == at::kBFloat16 && weight.device().is_cpu() && weight.is_contiguous() && weight.size(1) % 2 == 0;
}

/// `T` are the weight's values, as `pack` takes them.
template <typename T>
at::Tensor packed(const at::Tensor& weight, void (*pack)(const T* weight, std::int64_t outputs, std::int64_t inputs, std::int64_t first, std::int64_t last, T* packed)) {
  const auto outputs = weight.size(0), inputs = weight.size(1);
  auto result = at::empty({packed_weight_size(outputs, inputs)}, weight.options());
  for_ranges(quotient_up(outputs, kPanelOutputs), [&](std::int64_t begin, std::int64_t end) {
    pack(static_cast<const T*>(weight.data_ptr()), outputs, inputs, begin, end, static_cast<T*>(result.data_ptr()));
  });
  return result;
}

/// Calls piece(row_begin, row_end, panel_begin, panel_end, room) for all of a product, those of the same rows, or the same panels, one after the other; `room` is what
/// make_room() gives each thread.
template <typename MakeRoom, typename Piece>
void for_pieces(const ProductBf16& product, const PieceBf16& together, const MakeRoom& make_room, const Piece& piece) {
  const auto panels = quotient_up(product.outputs, kPanelOutputs), columns = quotient_up(panels, together.panels), lines = quotient_up(product.rows, together.rows);
  for_ranges(lines * columns, [&](std::int64_t begin, std::int64_t end) {
    const auto room = make_room();
    for (auto i = begin; i < end; ++i) {
      const auto line = together.keeps_panels ? i % lines : i / columns, column = together.keeps_panels ? i / lines : i % columns;
      const auto row = line * together.rows, panel = column * together.panels;
      piece(row, std::min(row + together.rows, product.rows), panel, std::min(panel + together.panels, panels), room);
    }
  });
}

/// Fewer panels and rows than `together`, where there would not be enough pieces for all threads to be done at about the same time, down to `least_rows`; and pieces of like
/// numbers of rows, multiples of `multiple`, since the weights come from afar for each, be it of a single row.
PieceBf16 cut(const ProductBf16& product, PieceBf16 together, std::int64_t least_rows, std::int64_t multiple) {
  const auto pieces = [&] { return quotient_up(product.rows, together.rows) * quotient_up(quotient_up(product.outputs, kPanelOutputs), together.panels); };
  const auto wanted = kPiecesAThread * thread_count();
  while (pieces() < wanted && together.panels > kPanelsTogether) together.panels /= 2;
  while (pieces() < wanted && together.rows > least_rows) together.rows /= 2;
  together.rows = quotient_up(quotient_up(product.rows, quotient_up(product.rows, together.rows)), multiple) * multiple;
  return together;
}

void by_vectors(const ProductBf16& product) {
  constexpr std::int64_t kLeastRows = 96, kMostRows = 384, kBytesOfRows = 320 * 1024;  // which stay in the second cache
  const bool needs_room = product.packed == nullptr && product.rows >= kManyRows;
  const auto room_size = needs_room ? static_cast<std::size_t>(packed_weight_size(kPanelOutputs, product.inputs)) : 0;
  const auto fitting = kBytesOfRows / static_cast<std::int64_t>(sizeof(*product.x)) / std::max<std::int64_t>(product.inputs, 1);
  const auto together = cut(product, {std::clamp(fitting, kLeastRows, kMostRows), kPanelsTogether, /*keeps_panels=*/false}, kLeastRows, kVectorRows);
  for_pieces(product, together, [&] { return std::make_unique_for_overwrite<std::uint16_t[]>(room_size); },
             [&](auto row, auto row_end, auto panel, auto panel_end, const auto& room) { multiply_bf16(product, row, row_end, panel, panel_end, room.get()); });
}

ProductRoomAmx* own_room() {
  static thread_local const auto room = std::make_unique_for_overwrite<ProductRoomAmx>();
  return room.get();
}

void by_tiles(const ProductBf16& product) {
  constexpr std::int64_t kRowsOfTiles = 32;
  const auto most = piece_amx(product);
  const auto together = cut(product, most, most.keeps_panels ? kRowsOfTiles : most.rows, kRowsOfTiles);
  for_pieces(product, together, own_room,
             [&](auto row, auto row_end, auto panel, auto panel_end, auto* own) { multiply_amx(product, row, row_end, panel, panel_end, *own); });
}

}  // namespace

Linear::Linear(at::Tensor weight, at::Tensor bias)
    : weight_(std::move(weight)), bias_(bias.defined() ? bias.contiguous() : bias), outputs_(weight_.size(0)), inputs_(weight_.size(1)) {
  demand_strict_products();
  if (!can_be_packed(weight_, weight_.scalar_type())) return;
  packed_ = packed(weight_, pack_weight_bf16);
  weight_.reset();
}

struct Linear::After {
  AfterBf16 what = AfterBf16::kNothing;
  at::Tensor other, scale;
};

Linear::Linear(Int8Weight weight, at::Tensor bias, at::ScalarType activations)
    : int8_(std::move(weight)), bias_(bias.defined() ? bias.contiguous() : bias), outputs_(int8_.values.size(0)), inputs_(int8_.values.size(1)) {
  demand_strict_products();
  if (!can_be_packed(int8_.values, activations)) return;
  packed_ = packed(int8_.values, pack_weight_int8);
  int8_.values.reset();
}

ProductBf16 Linear::packed_product() const {
  ProductBf16 product{};
  product.inputs = has_amx_bf16() ? padded_inputs(inputs_) : inputs_, product.outputs = outputs_;
  product.bias = bf16_bits(bias_);
  if (is_int8()) product.packed8 = packed_.const_data_ptr<std::int8_t>(), product.scales8 = int8_.scales.const_data_ptr<float>();
  else product.packed = bf16_bits(packed_);
  return product;
}

at::Tensor Linear::multiply_packed(const at::Tensor& x, const After& after) const {
  auto product = packed_product();
  const auto rows = product.inputs == inputs_ ? x.reshape({-1, inputs_}).contiguous() : at::constant_pad_nd(x.reshape({-1, inputs_}), {0, product.inputs - inputs_});
  auto shape = x.sizes().vec();
  shape.back() = outputs_;
  auto out = at::empty(shape, x.options());
  if (out.numel() == 0) return out;
  const auto other = after.other.defined() ? after.other.contiguous() : at::Tensor(), scale = after.scale.defined() ? after.scale.contiguous() : at::Tensor();
  product.x = bf16_bits(rows), product.rows = rows.size(0), product.out = bf16_bits(out);
  product.after = after.what, product.other = bf16_bits(other), product.scale = bf16_bits(scale);
  if (has_amx_bf16()) by_tiles(product);
  else by_vectors(product);
  return out;
}

at::Tensor Linear::operator()(const at::Tensor& x) const {
  if (is_packed()) return multiply_packed(x, {});
  return is_int8() ? linear_int8(x, int8_, bias_) : at::linear(x, weight_, bias_);
}

at::Tensor Linear::gelu(const at::Tensor& x) const { return is_packed() ? multiply_packed(x, {AfterBf16::kGelu, {}, {}}) : at::gelu((*this)(x)); }

at::Tensor Linear::quick_gelu(const at::Tensor& x) const {
  if (is_packed()) return multiply_packed(x, {AfterBf16::kQuickGelu, {}, {}});
  const auto y = (*this)(x);
  return y * at::sigmoid(y * 1.702);
}

at::Tensor Linear::added_to(const at::Tensor& residual, const at::Tensor& x, const at::Tensor& scale) const {
  if (is_packed()) return multiply_packed(x, {AfterBf16::kAddTo, residual, scale});
  return scale.defined() ? residual + (*this)(x) * scale : residual + (*this)(x);
}

at::Tensor Linear::gated_by(const at::Tensor& gate, const at::Tensor& x) const {
  return is_packed() ? multiply_packed(x, {AfterBf16::kMultiplySilu, gate, {}}) : silu_by_row(gate) * (*this)(x);
}

at::Tensor Linear::few_rows(const at::Tensor& x) const {
  if (is_packed()) return multiply_packed(x, {});
  const auto type = x.scalar_type();
  if (!x.device().is_cpu() || (type != at::kBFloat16 && type != at::kHalf && type != at::kFloat) || (!is_int8() && !weight_.is_contiguous())) return (*this)(x);
  const auto rows = x.contiguous();
  auto out = is_int8() ? few_rows_int8(rows, int8_, row_kernels()) : product_of_few(rows, weight_);
  if (bias_.defined()) out.add_(bias_);
  return out.to(type);
}

}  // namespace assay
