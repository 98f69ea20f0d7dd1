#include "model/engine/feature_cache.h"

#include <ATen/ATen.h>
#include <gtest/gtest.h>

namespace assay {
namespace {

FeatureCache::Entry entry_of(std::int64_t rows) { return {{}, at::zeros({rows, 4})}; }  // 16 bytes a row

TEST(FeatureCache, FindsByKeyAndByDigest) {
  FeatureCache cache(1000);
  cache.insert("digest", "a.png", entry_of(2));
  EXPECT_NE(cache.find_by_key("a.png"), nullptr);
  EXPECT_EQ(cache.find_by_key("copy.png"), nullptr);
  EXPECT_NE(cache.find_by_digest("digest", "copy.png"), nullptr);
  EXPECT_NE(cache.find_by_key("copy.png"), nullptr);
}
TEST(FeatureCache, NeverFindsOtherPixels) {
  FeatureCache cache(1000);
  cache.insert("digest", "a.png", entry_of(2));
  EXPECT_EQ(cache.find_by_digest("other", "b.png"), nullptr);
}
TEST(FeatureCache, DropsTheLeastRecentlyUsedWithAllItsKeys) {
  FeatureCache cache(100);
  cache.insert("1", "a", entry_of(3));
  cache.insert("2", "b", entry_of(3));
  (void)cache.find_by_digest("1", "a2");
  cache.insert("3", "c", entry_of(3));
  EXPECT_NE(cache.find_by_key("a2"), nullptr);
  EXPECT_EQ(cache.find_by_key("b"), nullptr);
  EXPECT_EQ(cache.find_by_digest("2", "x"), nullptr);
}
TEST(FeatureCache, KeepsOneThatIsLargerThanItself) {
  FeatureCache cache(8);
  cache.insert("1", "a", entry_of(3));
  EXPECT_NE(cache.find_by_key("a"), nullptr);
}

}  // namespace
}  // namespace assay
