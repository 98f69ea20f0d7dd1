#include <ATen/ATen.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <filesystem>
#include <map>
#include <memory>
#include <utility>

#include "golden_case.h"
#include "harness/base/digest.h"
#include "harness/base/error.h"
#include "harness/base/file.h"
#include "harness/base/json.h"
#include "model/checkpoint/safetensors.h"
#include "model/llava/config.h"
#include "model/llava/llava.h"
#include "tests/parity/tensors.h"
#include "tests/temporary_folder.h"

/// LLaVA, LLaVA-NeXT and Chinese-LLaVA against their reference implementations; make_llava.py, make_llava_next.py and make_chinese_llava.py say how the
/// goldens were made.
namespace assay::testing {
namespace {

constexpr double kTolerance = 1e-4;

struct LlavaCase {
  std::string layout, name;
  std::vector<std::string> pictures;
  std::vector<std::pair<std::string, std::string>> history;
  std::string question, reply;
  std::vector<std::int64_t> token_ids, greedy_ids;
  std::string chat_template;  ///< empty: the checkpoint's own
  std::string pixels_digest;  ///< XXH3 of all tiles' float32 bytes; empty: the golden file holds them
};

void PrintTo(const LlavaCase& golden, std::ostream* out) { *out << golden.layout << "/" << golden.name; }

std::filesystem::path root() { return parity_root().parent_path() / "llava"; }

std::vector<std::int64_t> ids_in(const json::Value& object, const char* key, const std::string& where) {
  std::vector<std::int64_t> ids;
  for (const auto& id : json::require_array(object, key, where).GetArray()) ids.push_back(id.GetInt64());
  return ids;
}

std::vector<LlavaCase> read_cases() {
  std::vector<LlavaCase> cases;
  for (const char* layout : {"native", "original", "native_next", "original_next", "chinese"}) {
    const auto path = root() / layout / "cases.json";
    const auto document = json::parse_file(path);
    for (const auto& value : document.GetArray()) {
      LlavaCase golden{layout, json::require_string(value, "name", path.string()), {}, {}, json::require_string(value, "question", path.string()),
                       json::require_string(value, "reply", path.string()), ids_in(value, "token_ids", path.string()),
                       ids_in(value, "greedy_ids", path.string()), json::string_or(value, "chat_template", ""), json::string_or(value, "pixels_xxh3", "")};
      for (const auto& picture : value["pictures"].GetArray()) golden.pictures.emplace_back(picture.GetString());
      for (const auto& pair : value["history"].GetArray()) golden.history.emplace_back(pair[0].GetString(), pair[1].GetString());
      cases.push_back(std::move(golden));
    }
  }
  return cases;
}

std::vector<LlavaCase> picture_cases() {
  auto cases = read_cases();
  std::erase_if(cases, [](const LlavaCase& golden) { return golden.pictures.empty(); });
  return cases;
}

Request request_for(const LlavaCase& golden) {
  Request request;
  request.id = golden.name;
  request.decoding.max_new_tokens = static_cast<int>(golden.greedy_ids.size());
  request.prompt = dialogue_about(golden.pictures, golden.history, golden.question);
  return request;
}

double difference_of(const std::vector<float>& a, const std::vector<float>& b) {
  EXPECT_EQ(a.size(), b.size());
  double most = 0;
  for (std::size_t i = 0; i < std::min(a.size(), b.size()); ++i) most = std::max(most, std::abs(static_cast<double>(a[i]) - b[i]));
  return most;
}

class LlavaParity : public ::testing::TestWithParam<LlavaCase> {
 protected:
  static std::filesystem::path checkpoint() { return root() / GetParam().layout / "checkpoint"; }
  static VlmOptions float32() {
    VlmOptions options;
    options.dtype = DType::kFloat32;
    if (!GetParam().chat_template.empty()) options.chat_template = GetParam().chat_template;
    return options;
  }
  static Vlm& model() {
    static std::map<std::string, std::unique_ptr<Vlm>> models;
    auto& model = models[GetParam().layout + GetParam().chat_template];
    if (model == nullptr) model = open_vlm(checkpoint().string(), float32());
    return *model;
  }
  static at::Tensor golden(const std::string& what) {
    static std::map<std::string, std::unique_ptr<Checkpoint>> files;
    auto& file = files[GetParam().layout];
    if (file == nullptr) file = std::make_unique<Checkpoint>(Checkpoint::open(root() / GetParam().layout / "golden.safetensors"));
    const auto* stored = file->find(GetParam().name + "." + what);
    EXPECT_NE(stored, nullptr) << what;
    return stored == nullptr ? at::Tensor() : at::tensor(to_float32(*stored)).reshape(stored->shape);
  }
  static at::Tensor pixels() {
    const auto array = model().view_pixels(request_for(GetParam()).prompt.images.front(), std::nullopt);
    EXPECT_TRUE(array) << array.error().message;
    return at::tensor(array->values).reshape(array->shape);
  }
};
class LlavaPictureParity : public LlavaParity {};

TEST_P(LlavaParity, SendsTheSameTokens) {
  const auto view = model().view_prompt(request_for(GetParam()));
  ASSERT_TRUE(view) << view.error().message;
  EXPECT_EQ(view->token_ids, GetParam().token_ids) << view->text;
}

TEST_P(LlavaPictureParity, SeesTheSamePixels) {
  const auto ours = pixels();
  if (!GetParam().pixels_digest.empty()) {
    EXPECT_EQ(digest_of({static_cast<const char*>(ours.data_ptr()), ours.nbytes()}), GetParam().pixels_digest);
    return;
  }
  const auto theirs = golden("pixels");
  EXPECT_TRUE(at::equal(ours, theirs)) << difference(ours, theirs);
}

TEST_P(LlavaPictureParity, HasTheSameProjectorOutput) {
  const c10::InferenceMode inference;
  const auto family = open_llava(checkpoint(), float32());
  const auto view = model().view_prompt(request_for(GetParam()));
  ASSERT_TRUE(view) << view.error().message;
  EXPECT_LT(difference(family->assemble(family->encode(pixels()), view->images.front()), golden("projector")), kTolerance);
}

TEST_P(LlavaParity, HasTheSameLogits) {
  const auto logits = model().view_logits(request_for(GetParam()));
  ASSERT_TRUE(logits) << logits.error().message;
  EXPECT_LT(difference(at::tensor(logits->values), golden("logits")), kTolerance);
}

TEST_P(LlavaParity, WritesTheSameReply) {
  const auto generation = generate(model(), request_for(GetParam()));
  ASSERT_TRUE(generation) << generation.error().message;
  const auto end_ids = read_llava_config(checkpoint()).end_ids;
  auto expected = GetParam().greedy_ids;
  const auto end = std::find_first_of(expected.begin(), expected.end(), end_ids.begin(), end_ids.end());
  const bool is_whole = end == expected.end();
  if (!is_whole) expected.erase(end + 1, expected.end());
  EXPECT_EQ(generation->token_ids, expected);
  if (is_whole) {
    EXPECT_EQ(generation->reply, GetParam().reply);
  }
}

std::string message_of_opening(const std::filesystem::path& folder) {
  try {
    (void)open_vlm(folder.string(), {});
  } catch (const Error& error) {
    return error.what();
  }
  return "no error";
}

TEST(OpenLlava, SaysWhereTheTowerBelongs) {
  const TemporaryFolder folder;
  std::filesystem::copy(root() / "original" / "checkpoint", folder / "checkpoint");
  EXPECT_THAT(message_of_opening(folder / "checkpoint"), ::testing::HasSubstr("put that CLIP checkpoint beside this folder"));
  std::filesystem::copy(root() / "original" / "tiny-tower-56", folder / "checkpoint" / "tiny-tower-56");
  EXPECT_EQ(message_of_opening(folder / "checkpoint"), "no error") << "the tower may lie in the checkpoint's own folder";
}

/// The message when `from` in the config of original_next reads `to`.
std::string message_with(const std::string& from, const std::string& to) {
  const TemporaryFolder folder;
  std::filesystem::copy(root() / "original_next" / "checkpoint", folder / "checkpoint", std::filesystem::copy_options::recursive);
  auto config = read_file(folder / "checkpoint" / "config.json");
  const auto at = config.find(from);
  EXPECT_NE(at, std::string::npos) << from;
  folder.write("checkpoint/config.json", config.replace(at, from.size(), to));
  return message_of_opening(folder / "checkpoint");
}

TEST(OpenLlavaNext, SaysWhatItCannotRun) {
  EXPECT_EQ(message_with("\"spatial_unpad\"", "\"spatial\""), "no error");
  EXPECT_EQ(message_with("\"spatial_unpad\"", "\"flat\""), "no error");
  EXPECT_THAT(message_with("\"spatial_unpad\"", "\"diagonal\""), ::testing::HasSubstr("must be \"flat\", \"spatial\" or \"spatial_unpad\", got \"diagonal\""));
  EXPECT_THAT(message_with("\"anyres\"", "\"anyres_max_9\""), ::testing::HasSubstr("LLaVA-OneVision's"));
  EXPECT_THAT(message_with("\"anyres\"", "\"pad\""), ::testing::HasSubstr("goes with \"image_aspect_ratio\" \"anyres\""));
  EXPECT_THAT(message_with("\"image_grid_pinpoints\"", "\"pinpoints\""), ::testing::HasSubstr("\"image_grid_pinpoints\" is missing"));
  EXPECT_THAT(message_with("168", "170"), ::testing::HasSubstr("1 to 32 times the encoder's 56 pixels"));
}
/// A copy of Chinese-LLaVA with each layer's three matrices for queries, keys and values stacked in one, as Baichuan-7B keeps them.
void copy_packed(const TemporaryFolder& to) {
  const auto from = root() / "chinese" / "checkpoint";
  for (const auto& entry : std::filesystem::directory_iterator(from))
    if (entry.path().filename() != "model.safetensors") to.link(entry.path());
  to.link(root() / "chinese" / "tiny-tower-56");
  const auto stored = Checkpoint::open(from);
  std::vector<TensorToWrite> tensors;
  std::vector<std::vector<std::byte>> stacks(stored.tensors().size());  // stay where they are
  for (std::size_t i = 0; i < stacks.size(); ++i) {
    const auto& tensor = stored.tensors()[i];
    const auto part = tensor.name.find(".k_proj.");
    if (part == std::string::npos && tensor.name.find(".q_proj.") == std::string::npos && tensor.name.find(".v_proj.") == std::string::npos)
      tensors.push_back({tensor.name, tensor.type, tensor.shape, tensor.bytes});
    if (part == std::string::npos) continue;
    std::int64_t rows = 0;
    for (const char* one : {".q_proj.", ".k_proj.", ".v_proj."}) {
      const auto* matrix = stored.find(std::string(tensor.name).replace(part, 8, one));
      ASSERT_NE(matrix, nullptr);
      stacks[i].insert(stacks[i].end(), matrix->bytes.begin(), matrix->bytes.end());
      rows += matrix->shape[0];
    }
    tensors.push_back({std::string(tensor.name).replace(part, 8, ".W_pack."), tensor.type, {rows, tensor.shape[1]}, stacks[i]});
  }
  write_safetensors(to / "model.safetensors", tensors);
}

TEST(OpenLlava, TakesQueriesKeysAndValuesStackedInOne) {
  const TemporaryFolder packed;
  copy_packed(packed);
  VlmOptions options;
  options.dtype = DType::kFloat32;
  options.chat_template = "chinese_llava_baichuan";
  const auto cases = read_cases();
  const auto golden = std::find_if(cases.begin(), cases.end(), [](const LlavaCase& one) { return one.name == "baichuan_wide"; });
  ASSERT_NE(golden, cases.end());
  const auto logits = open_vlm(packed.path().string(), options)->view_logits(request_for(*golden));
  const auto separate = open_vlm((root() / "chinese" / "checkpoint").string(), options)->view_logits(request_for(*golden));
  ASSERT_TRUE(logits && separate);
  EXPECT_LT(difference_of(logits->values, separate->values), 1e-5);
}

std::string name_of_case(const ::testing::TestParamInfo<LlavaCase>& golden) { return golden.param.layout + "_" + golden.param.name; }

INSTANTIATE_TEST_SUITE_P(Golden, LlavaParity, ::testing::ValuesIn(read_cases()), name_of_case);
INSTANTIATE_TEST_SUITE_P(Golden, LlavaPictureParity, ::testing::ValuesIn(picture_cases()), name_of_case);

}  // namespace
}  // namespace assay::testing
