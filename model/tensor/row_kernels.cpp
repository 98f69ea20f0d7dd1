#include "model/tensor/row_kernels.h"

#include <c10/util/Half.h>

#include <bit>

#include "model/tensor/instructions.h"
#include "model/tensor/row_kernels_body.h"

namespace assay {
namespace {

struct Plain {
  struct Type {
    float lanes[kRowLanes];
  };
  static constexpr int kRows = 2, kOutputs = 1, kHeads = 1;
  static constexpr std::int64_t step(const void*) { return kRowLanes; }
  static Type factor(const auto* from) { return load(from); }
  static Type zero() { return {}; }
  static Type all(float value) {
    Type all;
    for (auto& lane : all.lanes) lane = value;
    return all;
  }
  static Type load(const float* from) {
    Type loaded;
    for (std::int64_t i = 0; i < kRowLanes; ++i) loaded.lanes[i] = from[i];
    return loaded;
  }
  static Type load(const std::uint16_t* from) {
    Type loaded;
    for (std::int64_t i = 0; i < kRowLanes; ++i) loaded.lanes[i] = std::bit_cast<float>(static_cast<std::uint32_t>(from[i]) << 16);
    return loaded;
  }
  static Type load(const HalfBits* from) {
    Type loaded;
    for (std::int64_t i = 0; i < kRowLanes; ++i) loaded.lanes[i] = static_cast<float>(c10::Half(from[i].bits, c10::Half::from_bits()));
    return loaded;
  }
  static Type load(const std::int8_t* from) {
    Type loaded;
    for (std::int64_t i = 0; i < kRowLanes; ++i) loaded.lanes[i] = static_cast<float>(from[i]);
    return loaded;
  }
  static void store(const Type& value, float* to) {
    for (std::int64_t i = 0; i < kRowLanes; ++i) to[i] = value.lanes[i];
  }
  static void store(const Type& value, std::uint16_t* to) {
    for (std::int64_t i = 0; i < kRowLanes; ++i) {
      const auto bits = std::bit_cast<std::uint32_t>(value.lanes[i]);
      to[i] = static_cast<std::uint16_t>((bits + 0x7FFF + (bits >> 16 & 1)) >> 16);
    }
  }
  static void store(const Type& value, HalfBits* to) {
    for (std::int64_t i = 0; i < kRowLanes; ++i) to[i].bits = c10::Half(value.lanes[i]).x;
  }
  static Type fma(const Type& a, const Type& b, Type c) {
    for (std::int64_t i = 0; i < kRowLanes; ++i) c.lanes[i] += a.lanes[i] * b.lanes[i];
    return c;
  }
  static Type max(Type a, const Type& b) {
    for (std::int64_t i = 0; i < kRowLanes; ++i) a.lanes[i] = a.lanes[i] > b.lanes[i] ? a.lanes[i] : b.lanes[i];
    return a;
  }
  static Type exp(Type x) {
    for (auto& lane : x.lanes) lane = __builtin_expf(lane);
    return x;
  }
  static float sum(Type value) {
    for (auto width = kRowLanes / 2; width > 0; width /= 2)
      for (std::int64_t i = 0; i < width; ++i) value.lanes[i] += value.lanes[i + width];
    return value.lanes[0];
  }
  static void sum_four(const Type* four, float* sums) {
    for (int i = 0; i < 4; ++i) sums[i] = sum(four[i]);
  }
};

constexpr RowKernels kPlainKernels = kernels_over<Plain>();

}  // namespace

RowInstructions best_row_instructions() {
#if defined(__x86_64__)
  static const auto best = [] {
    if (has_avx512_bf16() && avx512_bf16_row_kernels() != nullptr) return RowInstructions::kAvx512Bf16;
    if (__builtin_cpu_supports("avx512f") != 0 && avx512_row_kernels() != nullptr) return RowInstructions::kAvx512;
    if (__builtin_cpu_supports("avx2") != 0 && __builtin_cpu_supports("fma") != 0 && __builtin_cpu_supports("f16c") != 0 && avx2_row_kernels() != nullptr) return RowInstructions::kAvx2;
    return RowInstructions::kPlain;
  }();
  return best;
#else
  return RowInstructions::kPlain;
#endif
}

const RowKernels* row_kernels_for(RowInstructions kind) {
  if (kind > best_row_instructions()) return nullptr;
  switch (kind) {
    case RowInstructions::kAvx512Bf16: return avx512_bf16_row_kernels();
    case RowInstructions::kAvx512: return avx512_row_kernels();
    case RowInstructions::kAvx2: return avx2_row_kernels();
    case RowInstructions::kPlain: break;
  }
  return &kPlainKernels;
}

const RowKernels& row_kernels() { return *row_kernels_for(best_row_instructions()); }

}  // namespace assay
