#include "model/vision/image_parts.h"

#include <ATen/ATen.h>
#include <ATen/Parallel.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <compare>
#include <cstdint>
#include <mutex>
#include <stdexcept>
#include <vector>

#include "model/tensor/linear.h"
#include "model/tensor/parallel.h"

namespace assay {
namespace {

class ImageParts : public ::testing::Test {
 protected:
  ImageParts() : threads_(at::get_num_threads()) { at::manual_seed(1); }
  ~ImageParts() override { at::set_num_threads(threads_); }

  /// What forward() was called for: how many images, and by how many threads it would have been done.
  struct Call {
    std::int64_t images;
    int threads;
    auto operator<=>(const Call&) const = default;
  };
  /// The calls for `count` images, by size.
  [[nodiscard]] static std::vector<Call> calls_for(std::int64_t count) {
    std::mutex mutex;
    std::vector<Call> calls;
    const auto images = at::arange(count).reshape({count, 1});
    const auto results = by_parts(images, [&](const at::Tensor& some) {
      const std::lock_guard lock(mutex);
      calls.push_back({some.size(0), thread_count()});
      return some + 1;
    });
    EXPECT_TRUE(at::equal(results, images + 1)) << count;
    std::sort(calls.begin(), calls.end());
    return calls;
  }

 private:
  int threads_;
};

TEST_F(ImageParts, GivesEachThreadImagesOfItsOwnAndSharesTheRest) {
  at::set_num_threads(2);
  EXPECT_EQ(calls_for(1), (std::vector<Call>{{1, 2}}));
  EXPECT_EQ(calls_for(2), (std::vector<Call>{{1, 1}, {1, 1}}));
  EXPECT_EQ(calls_for(5), (std::vector<Call>{{1, 1}, {1, 1}, {1, 1}, {1, 1}, {1, 2}}));
  EXPECT_EQ(thread_count(), 2);
}

TEST_F(ImageParts, SharesImagesWhereThreadsAreMany) {
  at::set_num_threads(16);
  EXPECT_EQ(calls_for(5), (std::vector<Call>{{1, 16}, {2, 16}, {2, 16}}));
  EXPECT_EQ(calls_for(32), std::vector<Call>(16, {2, 16}));
}

TEST_F(ImageParts, HasAnImagesBitsInAnyCompany) {
  const c10::InferenceMode inference;
  const Linear up(at::randn({96, 64}).to(at::kBFloat16), {}), down(at::randn({64, 96}).to(at::kBFloat16), {});
  if (!up.is_packed()) GTEST_SKIP() << "weights are not packed here";
  const auto images = at::randn({7, 130, 64}).to(at::kBFloat16);
  const auto forward = [&](const at::Tensor& some) {
    EXPECT_TRUE(c10::InferenceMode::is_enabled());
    return down.added_to(some, up.gelu(some));
  };
  for (const int threads : {1, 2, 3, 16}) {
    at::set_num_threads(threads);
    for (const std::int64_t count : {1, 2, 7}) EXPECT_TRUE(at::equal(by_parts(images.narrow(0, 0, count), forward), forward(images).narrow(0, 0, count))) << count << " by " << threads;
  }
}

TEST_F(ImageParts, HandsOnWhatGoesWrongAndGoesOn) {
  at::set_num_threads(2);
  const auto images = at::zeros({4, 1});
  EXPECT_THROW((void)by_parts(images, [](const at::Tensor&) -> at::Tensor { throw std::runtime_error("no"); }), std::runtime_error);
  EXPECT_EQ(thread_count(), 2);
  EXPECT_EQ(calls_for(4).size(), 4U);
}

}  // namespace
}  // namespace assay
