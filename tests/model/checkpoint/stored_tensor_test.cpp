#include "model/checkpoint/stored_tensor.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "harness/base/error.h"

namespace assay {
namespace {

using ::testing::ElementsAre;

template <typename T>
StoredTensor tensor_over(const std::vector<T>& values, StoredType type, std::vector<std::int64_t> shape,
                         std::vector<std::int64_t> strides) {
  return {"t", type, std::move(shape), std::move(strides), std::as_bytes(std::span(values)), "f"};
}
template <typename T>
std::vector<float> floats_of(const std::vector<T>& values, StoredType type) {
  return to_float32(tensor_over(values, type, {static_cast<std::int64_t>(values.size())}, {1}));
}

// Source: IEEE 754-2019 binary16, table 3.5.
TEST(ToFloat32, ReadsHalfPrecisionExactly) {
  EXPECT_THAT(floats_of<std::uint16_t>({0x3C00, 0xC000, 0x7BFF, 0x0001, 0x0400, 0x3555, 0x7C00, 0xFC00}, StoredType::kFloat16),
              ElementsAre(1.0F, -2.0F, 65504.0F, std::ldexp(1.0F, -24), std::ldexp(1.0F, -14), 0.333251953125F,
                          std::numeric_limits<float>::infinity(), -std::numeric_limits<float>::infinity()));
  const auto specials = floats_of<std::uint16_t>({0x8000, 0x7E00}, StoredType::kFloat16);
  EXPECT_TRUE(std::signbit(specials[0]) && specials[0] == 0);
  EXPECT_TRUE(std::isnan(specials[1]));
}
TEST(ToFloat32, ReadsBfloat16Exactly) {
  EXPECT_THAT(floats_of<std::uint16_t>({0x3F80, 0xC000, 0x4049, 0x0001}, StoredType::kBFloat16),
              ElementsAre(1.0F, -2.0F, 3.140625F, std::ldexp(1.0F, -133)));
}
// Source: OCP 8-bit floating point specification 1.0, table 2 (largest, smallest normal, smallest subnormal).
TEST(ToFloat32, ReadsEightBitFloatsExactly) {
  EXPECT_THAT(floats_of<std::uint8_t>({0x7E, 0x08, 0x01, 0xB8}, StoredType::kFloat8E4M3),
              ElementsAre(448.0F, std::ldexp(1.0F, -6), std::ldexp(1.0F, -9), -1.0F));
  EXPECT_THAT(floats_of<std::uint8_t>({0x7B, 0x04, 0x01, 0xBC, 0x7C}, StoredType::kFloat8E5M2),
              ElementsAre(57344.0F, std::ldexp(1.0F, -14), std::ldexp(1.0F, -16), -1.0F, std::numeric_limits<float>::infinity()));
  EXPECT_TRUE(std::isnan(floats_of<std::uint8_t>({0x7F}, StoredType::kFloat8E4M3)[0]));
  EXPECT_TRUE(std::isnan(floats_of<std::uint8_t>({0x7D}, StoredType::kFloat8E5M2)[0]));
}
TEST(ToFloat32, ReadsWholeNumbersAndTruth) {
  EXPECT_THAT(floats_of<std::int64_t>({-5, 1 << 20}, StoredType::kInt64), ElementsAre(-5.0F, 1048576.0F));
  EXPECT_THAT(floats_of<std::int8_t>({-128, 127}, StoredType::kInt8), ElementsAre(-128.0F, 127.0F));
  EXPECT_THAT(floats_of<std::uint8_t>({0, 1, 255}, StoredType::kUInt8), ElementsAre(0.0F, 1.0F, 255.0F));
  EXPECT_THAT(floats_of<std::uint8_t>({0, 1}, StoredType::kBool), ElementsAre(0.0F, 1.0F));
  EXPECT_THAT(floats_of<double>({0.1}, StoredType::kFloat64), ElementsAre(0.1F));
}
TEST(ToFloat32, FollowsStrides) {
  const std::vector<float> row_major{1, 2, 3, 4, 5, 6};
  EXPECT_THAT(to_float32(tensor_over(row_major, StoredType::kFloat32, {3, 2}, {1, 3})), ElementsAre(1, 4, 2, 5, 3, 6))
      << "transposed";
  EXPECT_THAT(to_float32(tensor_over(row_major, StoredType::kFloat32, {2, 2}, {3, 2})), ElementsAre(1, 3, 4, 6))
      << "every other column";
  EXPECT_THAT(to_float32(tensor_over(row_major, StoredType::kFloat32, {2, 3}, {0, 1})), ElementsAre(1, 2, 3, 1, 2, 3))
      << "expanded";
}
TEST(StoredTensor, KnowsWhenItIsContiguous) {
  const std::vector<float> v(6);
  EXPECT_TRUE(tensor_over(v, StoredType::kFloat32, {2, 3}, {3, 1}).is_contiguous());
  EXPECT_TRUE(tensor_over(v, StoredType::kFloat32, {1, 6}, {99, 1}).is_contiguous()) << "the stride of a size of 1 means nothing";
  EXPECT_TRUE(tensor_over(v, StoredType::kFloat32, {0, 6}, {7, 7}).is_contiguous());
  EXPECT_FALSE(tensor_over(v, StoredType::kFloat32, {3, 2}, {1, 3}).is_contiguous());
  EXPECT_EQ(contiguous_bytes(tensor_over(v, StoredType::kFloat32, {3, 2}, {1, 3})).size(), 24);
}
TEST(CheckedBytes, RefusesWhatNoFileHolds) {
  const std::int64_t fits[] = {1152, 2048}, negative[] = {2, -1}, wide[] = {std::int64_t{1} << 62, 2}, deep[65] = {};
  EXPECT_EQ(checked_bytes(fits, StoredType::kBFloat16), 1152 * 2048 * 2);
  EXPECT_EQ(checked_bytes(negative, StoredType::kUInt8), std::nullopt);
  EXPECT_EQ(checked_bytes(wide, StoredType::kUInt8), std::nullopt);
  EXPECT_EQ(checked_bytes(deep, StoredType::kUInt8), std::nullopt);
}
TEST(StoredType, NamesAreReadBack) {
  for (int type = 0; type <= static_cast<int>(StoredType::kBool); ++type) {
    EXPECT_EQ(stored_type_named(name_of(static_cast<StoredType>(type))), static_cast<StoredType>(type));
  }
  EXPECT_EQ(stored_type_named("F33"), std::nullopt);
}

}  // namespace
}  // namespace assay
