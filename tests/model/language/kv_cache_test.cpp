#include "model/language/kv_cache.h"

#include <ATen/ATen.h>
#include <gtest/gtest.h>

#include <utility>
#include <vector>

namespace assay {
namespace {

TEST(KvCache, KeepsWhatWasAppendedAsItGrows) {
  KvCache cache(2, 3, 4, at::kFloat);
  std::vector<at::Tensor> parts;
  for (const std::int64_t count : {5, 1, 40, 1}) {
    parts.push_back(at::rand({count, 3, 4}));
    cache.reserve(count);
    for (std::int64_t layer = 0; layer < 2; ++layer) cache.append(layer, parts.back() + layer, parts.back() - layer);
    cache.advance(count);
  }
  const auto all = at::cat(parts).transpose(0, 1);  // [M, T, K]
  EXPECT_EQ(cache.length(), 47);
  EXPECT_TRUE(at::equal(cache.keys(1, 47), all + 1));
  EXPECT_TRUE(at::equal(cache.values(1, 47), all - 1));
}
/// Appends `count` rows of one number in both layers.
void append(KvCache& cache, std::int64_t count, float value) {
  cache.reserve(count);
  for (const float layer : {0.F, 1.F})
    cache.append(static_cast<std::int64_t>(layer), at::full({count, 3, 4}, value + layer), at::full({count, 3, 4}, -value - layer));
  cache.advance(count);
}

/// Short ones are copied, long ones shared: either way, what one appends the other does not see.
class KvCacheFork : public ::testing::TestWithParam<std::int64_t> {};
TEST_P(KvCacheFork, GoesOnByItself) {
  const auto T = GetParam();
  KvCache cache(2, 3, 4, at::kFloat);
  append(cache, T, 1);
  auto fork = cache.fork();
  append(fork, 2, 5);
  auto second = fork.fork();
  append(cache, 1, 7);
  append(second, 3, 9);
  append(fork, 1, 11);
  const auto row = [](float value) { return at::full({3, 1, 4}, value); };
  const auto rows = [&](std::initializer_list<float> values) {
    std::vector<at::Tensor> parts = {at::full({3, T, 4}, 1)};
    for (const auto value : values) parts.push_back(row(value));
    return at::cat(parts, 1);
  };
  const std::pair<KvCache*, at::Tensor> expected[] = {{&cache, rows({7})}, {&fork, rows({5, 5, 11})}, {&second, rows({5, 5, 9, 9, 9})}};
  for (const auto& [one, keys] : expected) {
    ASSERT_EQ(one->length(), keys.size(1));
    EXPECT_TRUE(at::equal(one->keys(0, one->length()), keys));
    EXPECT_TRUE(at::equal(one->values(1, one->length()), -keys - 1));
    std::int64_t seen = 0;
    for (const auto& piece : one->view(0, one->length())) {
      const auto there = at::from_blob(const_cast<void*>(piece.keys), {3, piece.capacity, 4}, at::kFloat).narrow(1, 0, piece.length);
      EXPECT_TRUE(at::equal(there, keys.narrow(1, seen, piece.length)));
      seen += piece.length;
    }
    EXPECT_EQ(seen, one->length());
  }
}
INSTANTIATE_TEST_SUITE_P(Lengths, KvCacheFork, ::testing::Values(1, 64, 65, 300));

TEST(KvCache, ForksShareALongBeginning) {
  KvCache cache(2, 3, 4, at::kFloat);
  append(cache, 1000, 1);
  auto one = cache.fork(), other = cache.fork();
  append(one, 1, 2), append(other, 1, 3);
  EXPECT_EQ(one.view(0, 1001)[0].keys, other.view(0, 1001)[0].keys);
  EXPECT_EQ(one.view(1, 1001)[0].values, cache.view(1, 1000)[0].values);
}

}  // namespace
}  // namespace assay
