#include "model/engine/prefix_cache.h"

#include <ATen/ATen.h>
#include <gtest/gtest.h>

namespace assay {
namespace {

KvCache of_length(std::int64_t length) {
  KvCache cache(1, 1, 4, at::kFloat);
  cache.reserve(length);
  cache.append(0, at::ones({length, 1, 4}), at::ones({length, 1, 4}));
  cache.advance(length);
  return cache;
}

TEST(PrefixCache, DropsTheLeastRecentlyUsed) {
  PrefixCache prefixes(2 * of_length(100).bytes());
  prefixes.insert("a", of_length(100));
  prefixes.insert("b", of_length(100));
  EXPECT_NE(prefixes.find("a"), nullptr);
  prefixes.insert("c", of_length(100));
  EXPECT_EQ(prefixes.find("b"), nullptr);
  ASSERT_NE(prefixes.find("a"), nullptr);
  EXPECT_EQ(prefixes.find("a")->length(), 100);
  EXPECT_NE(prefixes.find("c"), nullptr);
}

TEST(PrefixCache, KeepsNothingLargerThanAllRoom) {
  PrefixCache prefixes(of_length(10).bytes());
  prefixes.insert("small", of_length(10));
  prefixes.insert("large", of_length(1000));
  EXPECT_EQ(prefixes.find("large"), nullptr);
  EXPECT_NE(prefixes.find("small"), nullptr);
}

}  // namespace
}  // namespace assay
