#include "model/language/kv_cache.h"

#include <ATen/ATen.h>
#include <gtest/gtest.h>

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
  EXPECT_TRUE(at::equal(cache.keys(1).narrow(1, 0, 47), all + 1));
  EXPECT_TRUE(at::equal(cache.values(1).narrow(1, 0, 47), all - 1));
}
TEST(KvCache, ForksAreIndependent) {
  KvCache cache(1, 1, 2, at::kFloat);
  cache.reserve(1);
  cache.append(0, at::ones({1, 1, 2}), at::ones({1, 1, 2}));
  cache.advance(1);
  auto fork = cache.fork();
  fork.reserve(1);
  fork.append(0, at::zeros({1, 1, 2}), at::zeros({1, 1, 2}));
  fork.advance(1);
  EXPECT_EQ(cache.length(), 1);
  EXPECT_EQ(fork.length(), 2);
  EXPECT_TRUE(at::equal(fork.keys(0).narrow(1, 0, 1), cache.keys(0).narrow(1, 0, 1)));
}

}  // namespace
}  // namespace assay
