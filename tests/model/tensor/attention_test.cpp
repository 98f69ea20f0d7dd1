#include "model/tensor/attention.h"

#include <ATen/ATen.h>
#include <gtest/gtest.h>

#include <array>
#include <bit>
#include <cmath>
#include <cstdint>
#include <iterator>
#include <string>
#include <tuple>
#include <vector>

#include "model/tensor/attention_bf16.h"
#include "model/tensor/exp2_table.h"

namespace assay {
namespace {

/// The formula, in float64.
at::Tensor plain(const at::Tensor& q, const at::Tensor& k, const at::Tensor& v, bool is_causal) {
  const auto shared = q.size(1) / k.size(1), T = q.size(2), S = k.size(2);
  const auto keys = k.to(at::kDouble).repeat_interleave(shared, 1), values = v.to(at::kDouble).repeat_interleave(shared, 1);
  auto scores = at::matmul(q.to(at::kDouble), keys.transpose(-2, -1)) / std::sqrt(static_cast<double>(q.size(3)));
  if (is_causal) scores = scores.masked_fill(at::ones({T, S}, at::kBool).triu(S - T + 1), -INFINITY);
  return at::matmul(at::softmax(scores, -1), values);
}

double difference(const at::Tensor& a, const at::Tensor& b) { return (a.to(at::kDouble) - b.to(at::kDouble)).abs().max().item<double>(); }

TEST(Attention, EqualsTheFormula) {
  const auto q = at::randn({2, 4, 7, 8}), k = at::randn({2, 2, 7, 8}), v = at::randn({2, 2, 7, 8});
  EXPECT_LT(difference(attention(q, k, v, false), plain(q, k, v, false)), 1e-6);
  EXPECT_LT(difference(attention(q, k, v, true), plain(q, k, v, true)), 1e-6);
}
TEST(Attention, EqualsTheFormulaWhereBitsMayBeAny) {
  for (const std::int64_t earlier : {0, 5, 70}) {
    const auto q = at::randn({1, 4, 90, 8}), k = at::randn({1, 2, 90 + earlier, 8}), v = at::randn({1, 2, 90 + earlier, 8});
    EXPECT_LT(difference(attention(q, k, v, true, AttentionBits::kAny), plain(q, k, v, true)), 1e-5) << earlier;
  }
}
TEST(Attention, ContinuesAfterEarlierKeys) {
  const auto q = at::randn({1, 4, 3, 8}), k = at::randn({1, 2, 9, 8}), v = at::randn({1, 2, 9, 8});
  EXPECT_LT(difference(attention(q, k, v, true), plain(q, k, v, true)), 1e-6);
}

/// bfloat16 goes another way where the machine allows it; shapes on and off the block sizes.
TEST(Attention, EqualsTheFormulaInBfloat16) {
  for (const auto& [T, S, K] : {std::array<std::int64_t, 3>{1, 1, 32}, {8, 32, 64}, {37, 37, 64}, {5, 41, 96}, {130, 130, 128}, {9, 1100, 64}, {700, 700, 256}}) {
    const auto q = at::randn({2, 4, T, K}).to(at::kBFloat16), k = at::randn({2, 2, S, K}).to(at::kBFloat16), v = at::randn({2, 2, S, K}).to(at::kBFloat16);
    for (const bool is_causal : {false, true}) {
      EXPECT_LT(difference(attention(q, k, v, is_causal), plain(q, k, v, is_causal)), 2.5e-2) << T << " " << S << " " << K << " " << is_causal;
    }
  }
}

/// Scores are written down as they are: a query of (1, 0 ...) and keys whose first value is the score by √K.
struct Scored {
  at::Tensor q, k, v;
};
Scored scored(const at::Tensor& scores) {
  const auto T = scores.size(0), S = scores.size(1);
  constexpr std::int64_t kWidth = 64;
  Scored made{at::zeros({1, T, 1, kWidth}), at::zeros({1, T, S, kWidth}), at::randn({1, 1, S, kWidth}).expand({1, T, S, kWidth})};  // a head each
  made.q.select(3, 0).fill_(1), made.k.select(3, 0).copy_(scores.unsqueeze(0) * 8);
  for (auto* tensor : {&made.q, &made.k, &made.v}) *tensor = tensor->to(at::kBFloat16);
  return made;
}

/// Every place of two octaves, and where in an octave it may have been.
TEST(Exp2Table, LeadsToPowersAsNearAsItSays) {
  double squares = 0, count = 0;
  for (int place = 512 * 126; place < 512 * 128; ++place) {
    const auto bits = static_cast<std::uint32_t>(place - kExp2Below[place / 8 % 64]) / 4 << 16U;  // of a bfloat16, as a float's
    for (const double rest : {-0.5, 0.0, 0.5}) {
      const auto expected = std::exp2((place - kExp2Round + rest) / 512 - 127), error = std::bit_cast<float>(bits) / expected - 1;
      EXPECT_LT(std::abs(error), 0.0064) << place;
      squares += error * error, ++count;
    }
  }
  EXPECT_LT(std::sqrt(squares / count), 0.002);
  EXPECT_EQ(kExp2Below[0], 0);  // places of 0 give 0
}

/// Softmax is of differences: however high, low, late or far apart the scores are.
TEST(Attention, EqualsTheFormulaForAnyScores) {
  constexpr std::int64_t kKeys = 500;
  const auto random = at::randn({kKeys});
  auto late = random.clone(), early = random.clone(), far = at::full({kKeys}, -1000.0);
  late.slice(0, 300) += 200, early.slice(0, 0, 100) += 200;
  far[450] = 0, far[20] = 0;
  const auto rows = at::stack({random, random + 3000, random - 3000, late, early, far, random * 20, random * 1000, at::arange(kKeys).to(at::kFloat), at::arange(kKeys).to(at::kFloat) * 30,
                               at::arange(kKeys, 0, -1).to(at::kFloat), random * 1e6, random.abs() * -1e6, at::zeros({kKeys})});
  const auto [q, k, v] = scored(rows);
  const auto got = attention(q, k, v, false), expected = plain(q, k, v, false);
  for (std::int64_t row = 0; row < rows.size(0); ++row) EXPECT_LT(difference(got.select(1, row), expected.select(1, row)), 2.5e-2) << row;
}
TEST(Attention, OfANumberThatIsNoneIsNone) {
  auto scores = at::randn({5, 200});
  scores[0][7] = NAN, scores[1][150] = NAN, scores[2][8] = -NAN, scores[3][151] = -NAN;
  const auto [q, k, v] = scored(scores);
  const auto got = attention(q, k, v, false).to(at::kFloat);
  for (int row = 0; row < 4; ++row) EXPECT_TRUE(at::isnan(got.select(1, row)).all().item<bool>()) << row;
  EXPECT_FALSE(at::isnan(got.select(1, 4)).any().item<bool>());
}
/// Of a head's queries some see scores that rise far above the first ones, which takes another way: the others' bits are as if they were not there.
TEST(Attention, QueriesDoNotChangeEachOther) {
  const auto q = at::randn({1, 1, 70, 64}), k = at::randn({1, 1, 400, 64}), v = at::randn({1, 1, 400, 64}).to(at::kBFloat16);
  auto some_large = q.clone();
  some_large.narrow(2, 3, 1) *= 100, some_large.narrow(2, 40, 20) *= 30;
  const auto keys = k.to(at::kBFloat16), plain_queries = q.to(at::kBFloat16), large = some_large.to(at::kBFloat16);
  for (const bool is_causal : {false, true}) {
    const auto alone = attention(plain_queries, keys, v, is_causal), beside = attention(large, keys, v, is_causal);
    EXPECT_LT(difference(beside, plain(large, keys, v, is_causal)), 2.5e-2) << is_causal;
    for (const std::int64_t row : {0, 2, 4, 31, 32, 39, 60, 69}) EXPECT_TRUE(at::equal(alone.select(2, row), beside.select(2, row))) << row << " " << is_causal;
    for (const std::int64_t row : {3, 40, 59}) {
      const auto seen = is_causal ? 400 - 70 + row + 1 : 400;
      const auto single = attention(large.narrow(2, row, 1), keys.narrow(2, 0, seen), v.narrow(2, 0, seen), is_causal);
      EXPECT_TRUE(at::equal(single.select(2, 0), beside.select(2, row))) << row << " " << is_causal;
    }
  }
}

/// What lets a prompt be run in parts: a query's bits are those of itself and of what it sees, wherever the sequence is parted.
class PartedAttention : public ::testing::TestWithParam<at::ScalarType> {};
TEST_P(PartedAttention, GivesEachPartTheSameBits) {
  constexpr std::int64_t kLength = 700;  // more keys than the bfloat16 kernel looks at together
  const auto made = [](std::int64_t heads) { return at::randn({1, heads, kLength, 64}).to(GetParam()); };
  const auto q = made(4), k = made(2), v = made(2);
  const auto whole = attention(q, k, v, true);
  for (const std::int64_t length : {1, 31, 64, 100, 257, 511, 512, 513, 699}) {
    const auto prefix = attention(q.narrow(2, 0, length), k.narrow(2, 0, length), v.narrow(2, 0, length), true);
    EXPECT_TRUE(at::equal(prefix, whole.narrow(2, 0, length))) << length;
    const auto rest = attention(q.narrow(2, length, kLength - length), k, v, true);
    EXPECT_TRUE(at::equal(rest, whole.narrow(2, length, kLength - length))) << length;
  }
}
/// The same where scores rise far above the first ones somewhere on the way, and fall again.
TEST_P(PartedAttention, GivesEachPartTheSameBitsWhereScoresRise) {
  constexpr std::int64_t kLength = 300;
  for (const std::int64_t rise : {10, 40, 97, 100, 127, 130, 200}) {
    auto scores = at::randn({1, kLength});
    scores.slice(1, rise) += 60, scores.slice(1, rise + 60) -= 120;
    auto made = scored(scores);
    const auto q = made.q.expand({1, 1, kLength, 64}).contiguous().to(GetParam()), k = made.k.to(GetParam()), v = made.v.to(GetParam());
    const auto whole = attention(q, k, v, true);
    EXPECT_LT(difference(whole, plain(q, k, v, true)), 2.5e-2) << rise;
    for (const std::int64_t length : {33, 96, 97, 100, 120, 128, 129, 160, 161, 250}) {
      EXPECT_TRUE(at::equal(attention(q.narrow(2, 0, length), k.narrow(2, 0, length), v.narrow(2, 0, length), true), whole.narrow(2, 0, length))) << rise << " " << length;
      const auto last = attention(q.narrow(2, length - 1, 1), k.narrow(2, 0, length), v.narrow(2, 0, length), true);
      EXPECT_TRUE(at::equal(last, whole.narrow(2, length - 1, 1))) << rise << " " << length;
      const auto rest = attention(q.narrow(2, length, kLength - length), k, v, true);
      EXPECT_TRUE(at::equal(rest, whole.narrow(2, length, kLength - length))) << rise << " " << length;
    }
  }
}
INSTANTIATE_TEST_SUITE_P(Dtypes, PartedAttention, ::testing::Values(at::kFloat, at::kBFloat16, at::kHalf),
                         [](const auto& dtype) { return std::string(at::toString(dtype.param)); });

/// Widths that the kernels for bfloat16 take and one that they do not; lengths on and off what they look at together.
class DecodeAttention : public ::testing::TestWithParam<std::tuple<at::ScalarType, std::int64_t>> {};
TEST_P(DecodeAttention, EqualsTheFormulaWhateverTheBatch) {
  const auto [type, width] = GetParam();
  const auto options = at::TensorOptions(type);
  constexpr std::int64_t kLengths[] = {1, 13, 16, 70, 96, 301}, kBatch = std::size(kLengths), kCapacity = 310;
  const auto q = at::randn({kBatch, 6, width}).to(options);
  std::vector<at::Tensor> keys, values;
  std::vector<CacheView> views;
  for (const auto length : kLengths) {
    keys.push_back(at::randn({2, kCapacity, width}).to(options)), values.push_back(at::randn({2, kCapacity, width}).to(options));
    views.push_back({{keys.back().data_ptr(), values.back().data_ptr(), kCapacity, length}});
  }
  const auto together = decode_attention(q, 2, views);
  for (std::int64_t b = 0; b < kBatch; ++b) {
    const auto length = kLengths[b];
    const auto alone = decode_attention(q.narrow(0, b, 1).contiguous(), 2, std::span(views).subspan(static_cast<std::size_t>(b), 1));
    EXPECT_TRUE(at::equal(alone[0], together[b]));
    const auto at_place = [&](const std::vector<at::Tensor>& of) { return of[static_cast<std::size_t>(b)]; };
    const auto first = length / 3, rest = length - first;
    const auto later_keys = at_place(keys).narrow(1, first, rest).contiguous(), later_values = at_place(values).narrow(1, first, rest).contiguous();
    const CacheView pieced = {{at_place(keys).data_ptr(), at_place(values).data_ptr(), kCapacity, first}, {later_keys.data_ptr(), later_values.data_ptr(), rest, rest}};
    EXPECT_TRUE(at::equal(decode_attention(q.narrow(0, b, 1).contiguous(), 2, std::span(&pieced, 1))[0], together[b])) << "pieces change no bit";
    const auto expected = plain(q.narrow(0, b, 1).unsqueeze(2), at_place(keys).narrow(1, 0, length).unsqueeze(0), at_place(values).narrow(1, 0, length).unsqueeze(0), false);
    EXPECT_LT(difference(together[b], expected[0].squeeze(1)), type == at::kFloat ? 1e-5 : 2e-2) << length;
  }
}
/// Head counts that no vector holds, and as many as there may be beside one key head.
TEST(DecodeAttentionHeads, EqualTheFormulaInBfloat16) {
  for (const std::int64_t heads : {1, 5, 7, 16, 17}) {
    const auto q = at::randn({1, heads, 128}).to(at::kBFloat16), k = at::randn({1, 150, 128}).to(at::kBFloat16), v = at::randn({1, 150, 128}).to(at::kBFloat16);
    const CacheView view = {{k.data_ptr(), v.data_ptr(), 150, 150}};
    EXPECT_LT(difference(decode_attention(q, 1, std::span(&view, 1))[0], plain(q.unsqueeze(2), k.unsqueeze(0), v.unsqueeze(0), false)[0].squeeze(1)), 2e-2) << heads;
  }
}
INSTANTIATE_TEST_SUITE_P(Dtypes, DecodeAttention, ::testing::Combine(::testing::Values(at::kFloat, at::kBFloat16, at::kHalf), ::testing::Values(40, 64, 96)),
                         [](const auto& tested) { return std::string(at::toString(std::get<0>(tested.param))) + "_" + std::to_string(std::get<1>(tested.param)); });

}  // namespace
}  // namespace assay
