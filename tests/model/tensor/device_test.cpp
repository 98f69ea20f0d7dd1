#include "model/tensor/device.h"

#include <ATen/ATen.h>
#include <c10/core/StreamGuard.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "harness/base/error.h"
#include "model/tensor/pinned.h"
#include "model/tensor/side_stream.h"
#include "tests/model/engine/tiny_requests.h"
#include "tests/model/tensor/far_device.h"
#include "tests/temporary_folder.h"

namespace assay {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;

std::string refusal_of(const std::string& name) {
  try {
    (void)find_device(name);
  } catch (const ConfigError& error) {
    return error.what();
  }
  return "none";
}

TEST(Device, IsFoundByItsName) {
  EXPECT_TRUE(find_device("cpu").is_cpu());
  EXPECT_EQ(find_device(kFarDevice).str(), "privateuseone:0");
}

TEST(Device, ThatIsNotThereIsRefusedWithTheReason) {
  EXPECT_THAT(refusal_of("gpu"), AllOf(HasSubstr("\"gpu\""), HasSubstr("\"cuda:1\"")));
  EXPECT_THAT(refusal_of("cuda:x"), HasSubstr("\"cuda:x\""));
  EXPECT_THAT(refusal_of("meta"), HasSubstr("none to compute on"));
  EXPECT_THAT(refusal_of(""), HasSubstr("\"\""));
  EXPECT_THAT(refusal_of("privateuseone:1"), HasSubstr("privateuseone:0 to privateuseone:0"));
  EXPECT_THAT(refusal_of("xpu"), AllOf(HasSubstr("cannot compute on xpu"), HasSubstr("use \"cpu\"")));
}

constexpr std::size_t kRequests = 8;

struct Tiny {
  const char* name;
  const char* folder;  ///< in tests/parity
  DType dtype = DType::kFloat32;
  WeightForm weights = WeightForm::kModel;
};
void PrintTo(const Tiny& tiny, std::ostream* out) { *out << tiny.name; }

/// Written and ranked replies, on pictures that several share; few and short ones, since each operation there takes long.
std::vector<Request> requests() {
  auto all = mixed_requests();
  all.resize(kRequests);
  for (std::size_t i = 0; i < all.size(); ++i) {
    all[i].decoding.max_new_tokens = static_cast<int>(1 + i % 4);
    if (i % 3 != 0) continue;
    all[i].options = {"A", "B", " a longer option"};
    all[i].writes_too = i % 2 == 0;
  }
  return all;
}

struct Replies {
  std::map<std::string, std::vector<std::int64_t>> ids;
  std::map<std::string, std::vector<double>> worths;  ///< of options
  bool operator==(const Replies&) const = default;
};

Replies replies(const Tiny& tiny, const VlmOptions& options) {
  List list(requests());
  open_vlm((std::filesystem::path(ASSAY_SOURCE_DIR) / "tests/parity" / tiny.folder).string(), options)->run(list, list);
  Replies found;
  for (const auto& [id, generation] : list.finished) {
    EXPECT_TRUE(generation) << id << ": " << (generation ? "" : generation.error().message);
    if (!generation) continue;
    found.ids[id] = generation->token_ids;
    found.worths[id] = generation->option_log_probabilities;
  }
  return found;
}

class OffCpu : public ::testing::TestWithParam<Tiny> {
 protected:
  static VlmOptions options(const char* device) {
    VlmOptions options;
    options.dtype = GetParam().dtype;
    options.weights = GetParam().weights;
    options.device = device;
    options.audit_share = 0;
    options.threads = 1;
    return options;
  }
};

// The far device's kernels are LibTorch's for the CPU, whose bits depend on the shape: what holds here holds of its libraries on a GPU too, as far as they choose by shape.
TEST_P(OffCpu, RepliesDependOnTheirRequestAlone) {
  auto alone = options(kFarDevice), together = alone;
  alone.batch = alone.encoder_batch = 1;
  alone.prefix_bytes = 0;
  together.batch = 5;
  together.encoder_batch = 1;
  together.audit_share = 1;  // every logit again, bit by bit
  const auto before = far_counts().operations;
  const auto expected = replies(GetParam(), alone);
  EXPECT_GT(far_counts().operations, before + 1000);
  EXPECT_EQ(expected.ids.size(), kRequests);
  EXPECT_EQ(replies(GetParam(), together), expected);
}

/// In float32: in bfloat16 the likeliest tokens of a tiny checkpoint lie within its rounding of each other.
class OffCpuInFull : public OffCpu {};

TEST_P(OffCpuInFull, RepliesAreTheCpus) {
  const auto far = replies(GetParam(), options(kFarDevice)), near = replies(GetParam(), options("cpu"));
  EXPECT_EQ(far.ids, near.ids);
  for (const auto& [id, worths] : near.worths) {
    ASSERT_EQ(far.worths.at(id).size(), worths.size());
    for (std::size_t i = 0; i < worths.size(); ++i) EXPECT_NEAR(far.worths.at(id)[i], worths[i], 1e-3) << id;
  }
}

/// Prompts and replies together, where the promise has each computed by itself.
TEST_P(OffCpuInFull, RepliesForSpeedAloneAreTheCpusByFewerOperations) {
  auto fast = options(kFarDevice);
  fast.is_fast = true;
  fast.audit_share = 1;  // not looked at
  const auto begin = far_counts().operations;
  const auto near = replies(GetParam(), options("cpu")), far = replies(GetParam(), fast);
  const auto operations = far_counts().operations - begin;
  EXPECT_EQ(far.ids, near.ids);
  for (const auto& [id, worths] : near.worths) {
    ASSERT_EQ(far.worths.at(id).size(), worths.size());
    for (std::size_t i = 0; i < worths.size(); ++i) EXPECT_NEAR(far.worths.at(id)[i], worths[i], 1e-3) << id;
  }
  const auto middle = far_counts().operations;
  (void)replies(GetParam(), options(kFarDevice));
  EXPECT_LT(operations, far_counts().operations - middle);
}

/// What has happened on the far device since.
FarCounts counts_since(const FarCounts& before) {
  const auto now = far_counts();
  return {now.operations - before.operations, now.beside - before.beside,         now.overlapping - before.overlapping,
          now.staged_copies - before.staged_copies, now.other_copies - before.other_copies, now.early_frees - before.early_frees};
}

/// An operation at the wrong time would have thrown in any of these tests: see far_device.h.
TEST_P(OffCpu, PicturesAreEncodedBesideRepliesFromPinnedMemory) {
  const auto before = far_counts();
  EXPECT_EQ(replies(GetParam(), options(kFarDevice)).ids.size(), kRequests);
  const auto counts = counts_since(before);
  EXPECT_GT(counts.beside, 100);
  EXPECT_GT(counts.overlapping, 100);
  EXPECT_GT(counts.staged_copies, 0);
  EXPECT_EQ(counts.other_copies, 0);
  EXPECT_EQ(counts.early_frees, 0);
}

class SideStreamOfFar : public ::testing::Test {
 protected:
  const at::Device far_ = find_device(kFarDevice);
  const at::Tensor here_ = at::arange(6, at::kFloat), there_ = here_.to(far_);
  const SideStream side_{far_};
};

TEST_F(SideStreamOfFar, GivesWhatMayBeReadOnceItIsDone) {
  ASSERT_TRUE(side_.is_beside());
  const auto before = far_counts();
  const auto [twice, underway] = side_.run([&] { return there_ * 2; });
  EXPECT_EQ(counts_since(before).beside, 1);
  EXPECT_FALSE(underway->is_done());
  EXPECT_THROW((void)(twice + 1), c10::Error);
  EXPECT_GE(underway->wait(), 0);
  EXPECT_TRUE(underway->is_done());
  EXPECT_TRUE(at::equal((twice + 1).cpu(), here_ * 2 + 1));
}

TEST_F(SideStreamOfFar, IsDoneOnceItSaysSo) {
  const auto [twice, underway] = side_.run([&] { return there_ * 2; });
  while (!underway->is_done()) {}
  EXPECT_TRUE(at::equal(twice.cpu(), here_ * 2));
}

TEST_F(SideStreamOfFar, WorksBehindWhatTheCurrentStreamWasGiven) {
  const auto more = there_ + 1;
  EXPECT_NO_THROW((void)side_.run([&] { return more * 2; }).underway->wait());
  const c10::StreamGuard other(c10::impl::getDeviceGuardImpl(far_.type())->getStreamFromGlobalPool(far_));
  EXPECT_THROW((void)(more * 2), c10::Error);  // in a stream that does not wait
}

TEST_F(SideStreamOfFar, KeepsMemoryThatTheCurrentStreamStillReads) {
  const auto before = far_counts();
  {
    const auto [twice, underway] = side_.run([&] { return there_ * 2; });
    underway->wait();
    (void)(twice + 1);
  }
  EXPECT_EQ(counts_since(before).early_frees, 0);
  at::Tensor twice;
  {
    const c10::StreamGuard other(c10::impl::getDeviceGuardImpl(far_.type())->getStreamFromGlobalPool(far_));
    twice = here_.to(far_) * 2;
  }
  wait_for(far_);
  (void)(twice + 1);
  twice.reset();
  EXPECT_EQ(counts_since(before).early_frees, 1);  // so it is counted
}

TEST(SideStream, OfTheCpuDoesWorkAtOnce) {
  const SideStream side(at::kCPU);
  EXPECT_FALSE(side.is_beside());
  const auto [twice, underway] = side.run([] { return at::ones({3}) * 2; });
  EXPECT_TRUE(underway->is_done());
  EXPECT_GT(underway->wait(), 0);
  EXPECT_TRUE(at::equal(twice, at::full({3}, 2.0F)));
}

TEST(StagedValues, ArePinnedForADeviceAndLeftAloneForTheCpu) {
  const auto values = at::arange(5, at::kFloat);
  EXPECT_TRUE(staged_for(at::kCPU, values).is_same(values));
  const auto staged = staged_for(find_device(kFarDevice), values);
  EXPECT_TRUE(staged.is_pinned());
  EXPECT_TRUE(at::equal(staged, values));
}

TEST(FetchedValues, AreThereOnceTheyAreGiven) {
  const auto values = at::arange(5, at::kFloat);
  EXPECT_TRUE(fetched(values).is_same(values));
  const auto there = values.to(find_device(kFarDevice));
  const auto here = at::empty({5}, at::TensorOptions(at::kFloat).pinned_memory(true));
  here.copy_(there, /*non_blocking=*/true);
  EXPECT_FALSE(at::equal(here, values));  // too early
  wait_for(there.device());
  EXPECT_TRUE(at::equal(here, values));
  EXPECT_TRUE(at::equal(fetched(there * 2), values * 2));
}

TEST(OffCpuFeatures, AreKeptInFilesAndFoundAgain) {
  testing::TemporaryFolder folder;
  VlmOptions options;
  options.dtype = DType::kFloat32;
  options.device = kFarDevice;
  options.threads = 1;
  options.feature_folder = folder.path().string();
  const Tiny tiny{"qwen2", "data/qwen2/checkpoint"};
  const auto first = replies(tiny, options);
  const auto before = far_counts().operations;
  EXPECT_EQ(replies(tiny, options), first);
  const auto with_files = far_counts().operations - before;
  options.feature_folder.clear();
  EXPECT_EQ(replies(tiny, options), first);
  EXPECT_LT(with_files, far_counts().operations - before - with_files);  // the encoder did not run
}

const auto kInFull = ::testing::Values(Tiny{"qwen2", "data/qwen2/checkpoint"}, Tiny{"internlm2", "data/internlm2/checkpoint"}, Tiny{"phi3", "data/phi3/checkpoint"},
                                       Tiny{"native_llama", "data/native_llama/checkpoint"}, Tiny{"llava", "llava/original/checkpoint"},
                                       Tiny{"llava_next", "llava/native_next/checkpoint"}, Tiny{"xcomposer_4khd", "xcomposer/4khd/checkpoint"},
                                       Tiny{"qwen2_int8", "data/qwen2/checkpoint", DType::kFloat32, WeightForm::kInt8});
const auto kRounded = ::testing::Values(Tiny{"qwen2_bfloat16", "data/qwen2/checkpoint", DType::kBFloat16},
                                        Tiny{"llava_next_bfloat16", "llava/native_next/checkpoint", DType::kBFloat16},
                                        Tiny{"qwen2_bfloat16_int8", "data/qwen2/checkpoint", DType::kBFloat16, WeightForm::kInt8});
std::string name_of_test(const ::testing::TestParamInfo<Tiny>& tested) { return tested.param.name; }

INSTANTIATE_TEST_SUITE_P(Families, OffCpu, kInFull, name_of_test);
INSTANTIATE_TEST_SUITE_P(Rounded, OffCpu, kRounded, name_of_test);
INSTANTIATE_TEST_SUITE_P(Families, OffCpuInFull, kInFull, name_of_test);

}  // namespace
}  // namespace assay
