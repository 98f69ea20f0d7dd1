#include "model/tensor/device.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "harness/base/error.h"
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
  const auto before = far_operations();
  const auto expected = replies(GetParam(), alone);
  EXPECT_GT(far_operations(), before + 1000);
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
  const auto begin = far_operations();
  const auto near = replies(GetParam(), options("cpu")), far = replies(GetParam(), fast);
  const auto operations = far_operations() - begin;
  EXPECT_EQ(far.ids, near.ids);
  for (const auto& [id, worths] : near.worths) {
    ASSERT_EQ(far.worths.at(id).size(), worths.size());
    for (std::size_t i = 0; i < worths.size(); ++i) EXPECT_NEAR(far.worths.at(id)[i], worths[i], 1e-3) << id;
  }
  const auto middle = far_operations();
  (void)replies(GetParam(), options(kFarDevice));
  EXPECT_LT(operations, far_operations() - middle);
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
  const auto before = far_operations();
  EXPECT_EQ(replies(tiny, options), first);
  const auto with_files = far_operations() - before;
  options.feature_folder.clear();
  EXPECT_EQ(replies(tiny, options), first);
  EXPECT_LT(with_files, far_operations() - before - with_files);  // the encoder did not run
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
