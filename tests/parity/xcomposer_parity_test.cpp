#include <ATen/ATen.h>
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <map>
#include <memory>
#include <optional>
#include <utility>

#include "golden_case.h"
#include "harness/base/digest.h"
#include "harness/base/json.h"
#include "model/xcomposer/config.h"
#include "model/xcomposer/xcomposer.h"
#include "tests/parity/tensors.h"
#include "tests/temporary_folder.h"

/// InternLM-XComposer2, 4KHD and 2.5 against their reference implementation; make_xcomposer.py says how the goldens were made, and what of it is derived.
namespace assay::testing {
namespace {

constexpr double kTolerance = 1e-4;
constexpr double kViewTolerance = 1e-6;  // of the whole picture's view, interpolated in floats

struct XComposerCase {
  std::string version, name;
  bool is_wrapper = false;  ///< VLMEvalKit's
  std::vector<std::string> pictures;
  std::vector<std::pair<std::string, std::string>> history;
  std::string question, reply;
  std::optional<int> max_tiles;
  std::vector<std::int64_t> tiles;           ///< of each picture, the whole one's view not counted
  std::vector<std::string> tiles_digests;    ///< XXH3 of their float32 bytes, picture by picture
  std::vector<std::int64_t> token_ids, greedy_ids;
  bool has_view = false;  ///< the golden file holds the whole picture's view
};

void PrintTo(const XComposerCase& golden, std::ostream* out) { *out << golden.version << "/" << golden.name; }

std::filesystem::path root() { return parity_root().parent_path() / "xcomposer"; }

std::vector<std::int64_t> integers(const json::Value& array) {
  std::vector<std::int64_t> values;
  for (const auto& value : array.GetArray()) values.push_back(value.GetInt64());
  return values;
}

std::vector<XComposerCase> read_cases() {
  std::vector<XComposerCase> cases;
  for (const char* version : {"square", "4khd", "2d5"}) {
    const auto document = json::parse_file(root() / version / "cases.json");
    for (const auto& value : document.GetArray()) {
      XComposerCase golden{version, json::require_string(value, "name", version), json::require_string(value, "template", version) == "vlmevalkit",
                           {}, {}, json::require_string(value, "question", version), json::require_string(value, "reply", version), std::nullopt,
                           integers(value["tiles"]), {}, integers(value["token_ids"]), integers(value["greedy_ids"]), value["has_view"].GetBool()};
      if (value["max_tiles"].IsInt()) golden.max_tiles = value["max_tiles"].GetInt();
      for (const auto& picture : value["pictures"].GetArray()) golden.pictures.emplace_back(picture.GetString());
      for (const auto& pair : value["history"].GetArray()) golden.history.emplace_back(pair[0].GetString(), pair[1].GetString());
      for (const auto& digest : value["tiles_xxh3"].GetArray()) golden.tiles_digests.emplace_back(digest.GetString());
      cases.push_back(std::move(golden));
    }
  }
  return cases;
}

std::vector<XComposerCase> picture_cases() {
  auto cases = read_cases();
  std::erase_if(cases, [](const XComposerCase& golden) { return golden.pictures.empty(); });
  return cases;
}

std::vector<XComposerCase> view_cases() {
  auto cases = read_cases();
  std::erase_if(cases, [](const XComposerCase& golden) { return !golden.has_view; });
  return cases;
}

Request request_for(const XComposerCase& golden) {
  Request request;
  request.id = golden.name;
  request.max_tiles = golden.max_tiles;
  request.decoding.max_new_tokens = static_cast<int>(golden.greedy_ids.size());
  request.prompt = dialogue_about(golden.pictures, golden.history, golden.question);
  return request;
}

std::string digest_of_tensor(const at::Tensor& tensor) {
  const auto dense = tensor.contiguous();
  return digest_of({static_cast<const char*>(dense.data_ptr()), dense.nbytes()});
}

class XComposerParity : public ::testing::TestWithParam<XComposerCase> {
 protected:
  static std::filesystem::path checkpoint() { return root() / GetParam().version / "checkpoint"; }
  static bool is_hd() { return GetParam().version != "square"; }
  static VlmOptions float32() {
    VlmOptions options;
    options.dtype = DType::kFloat32;
    if (GetParam().is_wrapper) options.chat_template = "vlmevalkit";
    return options;
  }
  static Vlm& model() {
    static std::map<std::string, std::unique_ptr<Vlm>> models;
    auto& model = models[GetParam().version + (GetParam().is_wrapper ? "w" : "")];
    if (model == nullptr) model = open_vlm(checkpoint().string(), float32());
    return *model;
  }
  static at::Tensor golden(const std::string& what) {
    static std::map<std::string, std::unique_ptr<Checkpoint>> files;
    auto& file = files[GetParam().version];
    if (file == nullptr) file = std::make_unique<Checkpoint>(Checkpoint::open(root() / GetParam().version / "golden.safetensors"));
    const auto* stored = file->find(GetParam().name + "." + what);
    EXPECT_NE(stored, nullptr) << what;
    return stored == nullptr ? at::Tensor() : at::tensor(to_float32(*stored)).reshape(stored->shape);
  }
};
class XComposerPictureParity : public XComposerParity {
 protected:
  void SetUp() override {
    family_ = open_xcomposer(checkpoint(), float32());
    const auto request = request_for(GetParam());
    for (const auto& image : request.prompt.images) {
      auto one = family_->prepare(image, request.max_tiles, request.prompt.images.size());
      ASSERT_TRUE(one) << one.error().message;
      prepared_.push_back(std::move(*one));
    }
  }
  static at::Tensor pixels_of(const PreparedImage& image) { return at::tensor(image.pixels).reshape(image.shape); }

  std::unique_ptr<Family> family_;
  std::vector<PreparedImage> prepared_;
};

class XComposerViewParity : public XComposerPictureParity {};

TEST_P(XComposerParity, SendsTheSameTokens) {
  const auto view = model().view_prompt(request_for(GetParam()));
  ASSERT_TRUE(view) << view.error().message;
  EXPECT_EQ(view->token_ids, GetParam().token_ids) << view->text;
}

TEST_P(XComposerPictureParity, CutsTheSameTiles) {
  for (std::size_t i = 0; i < prepared_.size(); ++i) {
    const auto pixels = pixels_of(prepared_[i]);
    const auto tiles = is_hd() ? pixels.narrow(0, 1, pixels.size(0) - 1) : pixels;
    EXPECT_EQ(tiles.size(0), GetParam().tiles[i]);
    EXPECT_EQ(digest_of_tensor(tiles), GetParam().tiles_digests[i]) << GetParam().pictures[i];
  }
}

TEST_P(XComposerViewParity, SeesTheSameWholePicture) {
  EXPECT_LT(difference(pixels_of(prepared_.front())[0], golden("view")), kViewTolerance);
}

TEST_P(XComposerPictureParity, HasTheSameProjectorOutput) {
  const c10::InferenceMode inference;
  std::vector<at::Tensor> features;
  for (const auto& image : prepared_) features.push_back(family_->assemble(family_->encode(pixels_of(image)), image.view));
  EXPECT_LT(difference(at::cat(features), golden("projector")), kTolerance);
}

TEST_P(XComposerParity, HasTheSameLogits) {
  const auto logits = model().view_logits(request_for(GetParam()));
  ASSERT_TRUE(logits) << logits.error().message;
  EXPECT_LT(difference(at::tensor(logits->values), golden("logits")), kTolerance);
}

TEST_P(XComposerParity, WritesTheSameReply) {
  const auto generation = generate(model(), request_for(GetParam()));
  ASSERT_TRUE(generation) << generation.error().message;
  EXPECT_EQ(generation->token_ids, GetParam().greedy_ids) << "no reply of these reaches an end token";
  EXPECT_EQ(generation->reply, GetParam().reply);
}

/// What generate() of transformers made of a case of 2.5 with several beams, or with a repetition penalty.
struct BeamCase {
  Request request;
  std::vector<std::int64_t> end_ids;
  std::vector<std::int64_t> ids;  ///< without an end token
};

Decoding decoding_of(const json::Value& value) {
  using Stopping = Decoding::EarlyStopping;
  Decoding decoding;
  decoding.beams = static_cast<int>(json::int_or(value, "num_beams", 1));
  decoding.max_new_tokens = static_cast<int>(json::int_or(value, "max_new_tokens", 0));
  decoding.min_new_tokens = static_cast<int>(json::int_or(value, "min_new_tokens", 0));
  decoding.length_penalty = json::double_or(value, "length_penalty", 1.0);
  decoding.repetition_penalty = json::double_or(value, "repetition_penalty", 1.0);
  if (const auto* early = json::find(value, "early_stopping"))
    decoding.early_stopping = early->IsString() ? Stopping::kNever : early->GetBool() ? Stopping::kYes : Stopping::kNo;
  return decoding;
}

/// By their end tokens.
std::map<std::vector<std::int64_t>, std::vector<BeamCase>> read_beam_cases() {
  std::map<std::string, XComposerCase> by_name;
  for (auto& golden : read_cases())
    if (golden.version == "2d5") by_name[golden.name] = std::move(golden);
  std::map<std::vector<std::int64_t>, std::vector<BeamCase>> cases;
  const auto document = json::parse_file(root() / "beams.json");
  for (const auto& value : document.GetArray()) {
    const auto end_ids = integers(value["end_ids"]);
    auto& group = cases[end_ids];
    BeamCase one{request_for(by_name.at(value["case"].GetString())), end_ids, integers(value["ids"])};
    one.request.id = std::to_string(group.size());
    one.request.decoding = decoding_of(value);
    group.push_back(std::move(one));
  }
  return cases;
}

/// The tiny 2.5 whose replies end at these tokens too.
std::unique_ptr<Vlm> open_ending_at(const std::vector<std::int64_t>& end_ids, int batch) {
  const TemporaryFolder folder;
  for (const auto& entry : std::filesystem::directory_iterator(root() / "2d5" / "checkpoint"))
    if (entry.path().filename() != "generation_config.json") folder.link(entry.path());
  folder.write("generation_config.json", fmt::format("{{\"eos_token_id\": [{}]}}", fmt::join(end_ids, ", ")));
  VlmOptions options;
  options.dtype = DType::kFloat32;
  options.batch = batch;
  return open_vlm(folder.path().string(), options);
}

/// Serves them all in one run.
class Everything : public RequestSource, public GenerationSink {
 public:
  explicit Everything(std::span<const BeamCase> cases) : cases_(cases) {}
  std::optional<Request> next() override { return next_ < cases_.size() ? std::optional(cases_[next_++].request) : std::nullopt; }
  std::optional<Request> finish(const std::string& id, Result<Generation> generation) override {
    results.emplace(id, std::move(generation));
    return std::nullopt;
  }
  std::map<std::string, Result<Generation>> results;

 private:
  std::span<const BeamCase> cases_;
  std::size_t next_ = 0;
};

class BeamParity : public ::testing::TestWithParam<int> {};

TEST_P(BeamParity, WritesWhatGenerateWrites) {
  for (const auto& [end_ids, cases] : read_beam_cases()) {
    Everything everything(cases);
    open_ending_at(end_ids, GetParam())->run(everything, everything);
    ASSERT_EQ(everything.results.size(), cases.size());
    for (const auto& one : cases) {
      const auto& result = everything.results.at(one.request.id);
      ASSERT_TRUE(result) << result.error().message;
      auto ids = result->token_ids;
      const bool has_ended = !ids.empty() && std::find(end_ids.begin(), end_ids.end(), ids.back()) != end_ids.end();
      EXPECT_EQ(result->finish, has_ended ? Finish::kStop : Finish::kLength);
      if (has_ended) ids.pop_back();
      const auto& d = one.request.decoding;
      EXPECT_EQ(ids, one.ids) << fmt::format("{} beams, {} to {} tokens, length penalty {}, early {}, repetition {}, ends {}", d.beams, d.min_new_tokens,
                                             d.max_new_tokens, d.length_penalty, static_cast<int>(d.early_stopping), d.repetition_penalty,
                                             fmt::join(end_ids, " "));
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Batches, BeamParity, ::testing::Values(1, 8), [](const auto& batch) { return fmt::format("of_{}", batch.param); });

std::string name_of_case(const ::testing::TestParamInfo<XComposerCase>& golden) { return golden.param.version + "_" + golden.param.name; }

INSTANTIATE_TEST_SUITE_P(Golden, XComposerParity, ::testing::ValuesIn(read_cases()), name_of_case);
INSTANTIATE_TEST_SUITE_P(Golden, XComposerPictureParity, ::testing::ValuesIn(picture_cases()), name_of_case);
INSTANTIATE_TEST_SUITE_P(Golden, XComposerViewParity, ::testing::ValuesIn(view_cases()), name_of_case);

}  // namespace
}  // namespace assay::testing
