#pragma once
#include <cstdint>

#include "model/tensor/row_kernels.h"

// The loops of row_kernels.h over a kind of vectors, included by the file of each kind. `Vector` has kRowLanes floats: zero(), load() from float, from
// bfloat16's bits, from IEEE's 16 bits and from 8-bit integers, store() as float and, rounded to even, as either kind of 16 bits, fma(a, b, c) = a · b + c, max(), exp(), sum() pairwise
// and sum_four() of four vectors with the same bits; factor() is what products of rows are made of, step() values of it at a time; kRows × kOutputs sums fit
// the registers, kHeads heads share what they load. No template of the standard library may be used here: the linker could take its code, with the kind's
// instructions in it, for the whole program.
namespace assay {
namespace {

template <typename T>
struct Part {
  T values[2 * kRowLanes];
  /// `rest` behind them.
  Part(const T* from, std::int64_t count, T rest = {}) {
    for (auto& value : values) value = rest;
    for (std::int64_t i = 0; i < count; ++i) values[i] = from[i];
  }
};

/// e to that power is 0.
constexpr float kNoScore = -1e30F;

/// The first `count` values, zeros behind them where these are fewer than a vector has.
template <typename Vector, typename T>
typename Vector::Type load_up_to(const T* from, std::int64_t count) {
  return count >= kRowLanes ? Vector::load(from) : Vector::load(Part<T>(from, count).values);
}

/// Products of Rows rows with Outputs rows of weights.
template <typename Vector, typename T, int Rows, int Outputs>
struct Block {
  typename Vector::Type sums[Outputs * Rows];

  void clear() {
#pragma GCC unroll 16
    for (auto& sum : sums) sum = Vector::zero();
  }
  /// `load(from)` takes a step's values.
  template <typename Load>
  void add(const T* x, const T* weight, std::int64_t in, Load load) {
    decltype(load(weight)) factors[Outputs];
#pragma GCC unroll 8
    for (int o = 0; o < Outputs; ++o) {
      factors[o] = load(weight + o * in);
      __builtin_prefetch(weight + (Outputs + o) * in);  // the next outputs' weights, at the same place
    }
#pragma GCC unroll 8
    for (int r = 0; r < Rows; ++r) {
      const auto input = load(x + r * in);
#pragma GCC unroll 8
      for (int o = 0; o < Outputs; ++o) sums[o * Rows + r] = Vector::fma(input, factors[o], sums[o * Rows + r]);
    }
  }
  void write(float* out, std::int64_t stride) const {
    constexpr int kCount = Outputs * Rows;
    float results[kCount];
    int i = 0;
#pragma GCC unroll 4
    for (; i + 4 <= kCount; i += 4) Vector::sum_four(sums + i, results + i);
    for (; i < kCount; ++i) results[i] = Vector::sum(sums[i]);
    for (int o = 0; o < Outputs; ++o)
      for (int r = 0; r < Rows; ++r) out[r * stride + o] = results[o * Rows + r];
  }
};

template <typename Vector, typename T, int Rows, int Outputs>
void multiply_block(const FewRows<T>& work, std::int64_t row, std::int64_t output) {
  Block<Vector, T, Rows, Outputs> block;
  block.clear();
  const T* x = work.x + row * work.in;
  const T* weight = work.weight + output * work.in;
  constexpr std::int64_t kStep = Vector::step(static_cast<const T*>(nullptr));
  const auto whole = work.in / kStep * kStep, rest = work.in - whole;
  for (std::int64_t i = 0; i < whole; i += kStep) block.add(x + i, weight + i, work.in, [](const T* from) { return Vector::factor(from); });
  if (rest > 0) block.add(x + whole, weight + whole, work.in, [rest](const T* from) { return Vector::factor(Part<T>(from, rest).values); });
  block.write(work.out + row * work.out_stride + output, work.out_stride);
}

/// All rows, as many at once as fit the registers, so that the outputs' weights come from memory once.
template <typename Vector, typename T, int Outputs>
void multiply_outputs(const FewRows<T>& work, std::int64_t output) {
  std::int64_t row = 0;
  for (; row + Vector::kRows <= work.rows; row += Vector::kRows) multiply_block<Vector, T, Vector::kRows, Outputs>(work, row, output);
  for (; row + 2 <= work.rows; row += 2) multiply_block<Vector, T, 2, Outputs>(work, row, output);
  if (row < work.rows) multiply_block<Vector, T, 1, Outputs>(work, row, output);
}

template <typename Vector, typename T>
void multiply_rows(const FewRows<T>& work) {
  constexpr std::int64_t kAlone = 4;  // outputs at once of a single row
  std::int64_t output = 0;
  if (work.rows == 1)
    for (; output + kAlone <= work.outputs; output += kAlone) multiply_block<Vector, T, 1, kAlone>(work, 0, output);
  for (; output + Vector::kOutputs <= work.outputs; output += Vector::kOutputs) multiply_outputs<Vector, T, Vector::kOutputs>(work, output);
  for (; output < work.outputs; ++output) multiply_outputs<Vector, T, 1>(work, output);
}

template <typename Vector, typename T>
float dot(const float* a, const T* b, std::int64_t count) {
  auto sum = Vector::zero();
  for (std::int64_t i = 0; i < count; i += kRowLanes) sum = Vector::fma(load_up_to<Vector>(a + i, count - i), load_up_to<Vector>(b + i, count - i), sum);
  return Vector::sum(sum);
}

/// The same of `Rows` rows of a with four rows of b, all of `count` values, each with the bits that it has alone.
template <typename Vector, typename T, int Rows>
void four_dots(const float* a, const T* b, std::int64_t count, float* out, std::int64_t out_stride) {
  typename Vector::Type sums[Rows][4];
#pragma GCC unroll 4
  for (auto& row : sums)
#pragma GCC unroll 4
    for (auto& sum : row) sum = Vector::zero();
  for (std::int64_t i = 0; i < count; i += kRowLanes) {
    typename Vector::Type left[Rows];
#pragma GCC unroll 4
    for (int r = 0; r < Rows; ++r) left[r] = load_up_to<Vector>(a + r * count + i, count - i);
#pragma GCC unroll 4
    for (int j = 0; j < 4; ++j) {
      const auto right = load_up_to<Vector>(b + j * count + i, count - i);
#pragma GCC unroll 4
      for (int r = 0; r < Rows; ++r) sums[r][j] = Vector::fma(left[r], right, sums[r][j]);
    }
  }
#pragma GCC unroll 4
  for (int r = 0; r < Rows; ++r) Vector::sum_four(sums[r], out + r * out_stride);
}

template <typename Vector>
float highest_of(const float* scores, std::int64_t length) {
  const auto whole = length / kRowLanes * kRowLanes;
  auto tops = Vector::all(scores[0]);
  for (std::int64_t s = 0; s < whole; s += kRowLanes) tops = Vector::max(tops, Vector::load(scores + s));
  float lanes[kRowLanes];
  Vector::store(tops, lanes);
  float highest = lanes[0];
  for (const float lane : lanes) highest = lane > highest ? lane : highest;
  for (std::int64_t s = whole; s < length; ++s) highest = scores[s] > highest ? scores[s] : highest;
  return highest;
}

/// Each score's e to the power of what it is above the highest, in place; their sum, which makes them shares of 1.
template <typename Vector>
float soften(float* scores, std::int64_t length) {
  const auto down = Vector::all(-highest_of<Vector>(scores, length)), one = Vector::all(1);
  const auto whole = length / kRowLanes * kRowLanes;
  auto total = Vector::zero();
  for (std::int64_t s = 0; s < whole; s += kRowLanes) {
    const auto share = Vector::exp(Vector::fma(Vector::load(scores + s), one, down));
    Vector::store(share, scores + s);
    total = Vector::fma(share, one, total);
  }
  if (whole < length) {
    Part<float> last(scores + whole, length - whole, kNoScore);
    const auto share = Vector::exp(Vector::fma(Vector::load(last.values), one, down));
    Vector::store(share, last.values);
    for (std::int64_t s = whole; s < length; ++s) scores[s] = last.values[s - whole];
    total = Vector::fma(share, one, total);
  }
  return Vector::sum(total);
}

/// For `Heads` heads from `head` on, out[d ...] = sum over all tokens of share · value, for Vectors vectors' worth of channels or, with one, for `count` of them.
template <typename Vector, typename T, int Heads, int Vectors>
void mix_values(const HeadGroup<T>& group, std::int64_t head, std::int64_t channel, std::int64_t count) {
  typename Vector::Type sums[Heads][Vectors];
#pragma GCC unroll 4
  for (auto& row : sums)
#pragma GCC unroll 4
    for (auto& sum : row) sum = Vector::zero();
  const float* shares = group.scores + head * group.length;
  for (std::int64_t p = 0; p < group.piece_count; ++p) {
    const auto& piece = group.pieces[p];
    for (std::int64_t i = 0; i < piece.length; ++i, ++shares) {
      const T* values = piece.values + i * group.width + channel;
#pragma GCC unroll 4
      for (int v = 0; v < Vectors; ++v) {
        const auto value = load_up_to<Vector>(values + v * kRowLanes, count - v * kRowLanes);
#pragma GCC unroll 4
        for (int h = 0; h < Heads; ++h) sums[h][v] = Vector::fma(Vector::all(shares[h * group.length]), value, sums[h][v]);
      }
    }
  }
  for (int h = 0; h < Heads; ++h) {
    float mixed[Vectors * kRowLanes];
    for (int v = 0; v < Vectors; ++v) Vector::store(sums[h][v], mixed + v * kRowLanes);
    for (std::int64_t d = 0; d < count; ++d) group.out[(head + h) * group.width + channel + d] = mixed[d];
  }
}

/// `Heads` heads from `head` on: a key or value is loaded once for all of them.
template <typename Vector, typename T, int Heads>
void attend_heads(const HeadGroup<T>& group, std::int64_t head) {
  const auto K = group.width, S = group.length;
  const float* q = group.q + head * K;
  float *scores = group.scores + head * S, *out = group.out + head * K;
  std::int64_t s = 0;
  for (std::int64_t p = 0; p < group.piece_count; ++p) {
    const auto& piece = group.pieces[p];
    std::int64_t i = 0;
    for (; i + 4 <= piece.length; i += 4, s += 4) four_dots<Vector, T, Heads>(q, piece.keys + i * K, K, scores + s, S);
    for (; i < piece.length; ++i, ++s)
      for (int h = 0; h < Heads; ++h) scores[h * S + s] = dot<Vector>(q + h * K, piece.keys + i * K, K);
  }
  float totals[Heads];
  for (int h = 0; h < Heads; ++h) totals[h] = soften<Vector>(scores + h * S, S);
  constexpr std::int64_t kTogether = 4;
  std::int64_t d = 0;
  for (; d + kTogether * kRowLanes <= K; d += kTogether * kRowLanes) mix_values<Vector, T, Heads, kTogether>(group, head, d, kTogether * kRowLanes);
  for (; d < K; d += kRowLanes) mix_values<Vector, T, Heads, 1>(group, head, d, K - d < kRowLanes ? K - d : kRowLanes);
  for (int h = 0; h < Heads; ++h)
    for (d = 0; d < K; ++d) out[h * K + d] /= totals[h];
}

template <typename Vector, typename T>
void attend_group(const HeadGroup<T>& group) {
  std::int64_t head = 0;
  for (; head + Vector::kHeads <= group.heads; head += Vector::kHeads) attend_heads<Vector, T, Vector::kHeads>(group, head);
  for (; head < group.heads; ++head) attend_heads<Vector, T, 1>(group, head);
}

template <typename Vector, typename T>
void widen(const std::int8_t* values, std::int64_t count, float scale, T* wide) {
  const auto factor = Vector::all(scale), zero = Vector::zero();
  const auto whole = count / kRowLanes * kRowLanes;
  for (std::int64_t i = 0; i < whole; i += kRowLanes) Vector::store(Vector::fma(Vector::load(values + i), factor, zero), wide + i);
  if (whole == count) return;
  T last[kRowLanes];
  Vector::store(Vector::fma(Vector::load(Part<std::int8_t>(values + whole, count - whole).values), factor, zero), last);
  for (std::int64_t i = whole; i < count; ++i) wide[i] = last[i - whole];
}

/// e to the power of x, from -700 to 0, to 1e-14 of it; NaN of NaN. In steps that the compiler makes vectors of.
inline double exp_of(double x) {
  constexpr double kLog2E = 1.4426950408889634, kLn2High = 6.93147180369123816490e-01, kLn2Low = 1.90821492927058770002e-10;
  constexpr double kInLowBits = 0x1.8p52;  // added to a number it leaves the nearest integer there
  constexpr double kTerms[] = {1.0 / 3628800, 1.0 / 362880, 1.0 / 40320, 1.0 / 5040, 1.0 / 720, 1.0 / 120, 1.0 / 24, 1.0 / 6, 1.0 / 2, 1, 1};
  const double shifted = x * kLog2E + kInLowBits, n = shifted - kInLowBits, r = (x - n * kLn2High) - n * kLn2Low;
  double p = 1.0 / 39916800;
#pragma GCC unroll 11
  for (const double term : kTerms) p = p * r + term;
  return __builtin_bit_cast(double, __builtin_bit_cast(std::uint64_t, p) + (__builtin_bit_cast(std::uint64_t, shifted) << 52));  // n more in the exponent
}

template <typename Vector>
double log_sum_exp(const float* values, std::int64_t count) {
  constexpr std::int64_t kLanes = 16;
  constexpr double kLowest = -700;
  const double highest = static_cast<double>(highest_of<Vector>(values, count));
  const auto power = [highest](float value) {
    const double x = static_cast<double>(value) - highest;
    return exp_of(x < kLowest ? kLowest : x);
  };
  double sums[kLanes] = {};
  std::int64_t i = 0;
  for (; i + kLanes <= count; i += kLanes)
    for (std::int64_t lane = 0; lane < kLanes; ++lane) sums[lane] += power(values[i + lane]);
  for (; i < count; ++i) sums[0] += power(values[i]);
  double total = 0;
  for (const double sum : sums) total += sum;
  return highest + __builtin_log(total);
}

/// Part by part, so that only one of them is searched.
template <typename Vector>
std::int64_t argmax(const float* values, std::int64_t count) {
  constexpr std::int64_t kPart = 64 * kRowLanes;
  const auto least = Vector::all(-__builtin_inff());
  float highest = -__builtin_inff();
  std::int64_t part = 0;
  for (std::int64_t begin = 0; begin < count; begin += kPart) {
    const auto end = count - begin < kPart ? count : begin + kPart, whole = begin + (end - begin) / kRowLanes * kRowLanes;
    auto tops = least;
    for (std::int64_t i = begin; i < whole; i += kRowLanes) tops = Vector::max(Vector::load(values + i), tops);  // of NaN and another the second
    float lanes[kRowLanes];
    Vector::store(tops, lanes);
    const float before = highest;
    for (const float lane : lanes) highest = lane > highest ? lane : highest;
    for (std::int64_t i = whole; i < end; ++i) highest = values[i] > highest ? values[i] : highest;
    if (highest > before) part = begin;
  }
  for (std::int64_t i = part; i < count; ++i)
    if (values[i] == highest) return i;
  return 0;
}

template <typename Vector>
constexpr RowKernels kernels_over() {
  return {multiply_rows<Vector, std::uint16_t>, multiply_rows<Vector, HalfBits>, multiply_rows<Vector, float>,
          attend_group<Vector, std::uint16_t>,  attend_group<Vector, HalfBits>,  attend_group<Vector, float>,
          widen<Vector, std::uint16_t>,         widen<Vector, HalfBits>,         widen<Vector, float>,
          log_sum_exp<Vector>,                  argmax<Vector>};
}

}  // namespace
}  // namespace assay
