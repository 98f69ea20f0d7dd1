#include "datasets/seed_json.h"

#include <array>
#include <map>
#include <string_view>
#include <utility>
#include <vector>

#include "datasets/json_sample.h"
#include "datasets/sample_list.h"
#include "harness/base/digest.h"
#include "harness/base/error.h"
#include "harness/base/file.h"

namespace assay {
namespace {

/// Li et al. 2023, arXiv:2307.16125, table 1; type ids count from 1.
constexpr std::array<std::string_view, 12> kDimensions = {
    "Scene Understanding", "Instance Identity",  "Instance Location",  "Instance Attributes", "Instances Counting", "Spatial Relation",
    "Instance Interaction", "Visual Reasoning", "Text Understanding", "Action Recognition",  "Action Prediction",  "Procedure Understanding"};

}  // namespace

std::string seed_dimension(std::int64_t type) {
  return type >= 1 && type <= static_cast<std::int64_t>(kDimensions.size()) ? std::string(kDimensions[static_cast<std::size_t>(type) - 1]) : fmt::format("type {}", type);
}

namespace {

using DimensionNames = std::map<std::int64_t, std::string>;

DimensionNames dimension_names(const json::Document& document) {
  DimensionNames names;
  for (std::size_t i = 0; i < kDimensions.size(); ++i) names[static_cast<std::int64_t>(i) + 1] = kDimensions[i];
  const auto* stated = json::find(document, "question_type");
  if (stated == nullptr || !stated->IsObject()) return names;
  for (const auto& member : stated->GetObject()) {
    if (member.value.IsInt64()) names[member.value.GetInt64()] = json::text_of(member.name);
  }
  return names;
}

Sample read_question(const json::Value& question, const DimensionNames& names, const std::string& where) {
  Sample sample;
  sample.id = require_scalar(question, "question_id", where);
  sample.question = json::require_string(question, "question", where);
  for (const char letter : {'a', 'b', 'c', 'd'}) {
    sample.options.push_back({std::string(1, static_cast<char>(letter - 'a' + 'A')), require_scalar(question, fmt::format("choice_{}", letter), where)});
  }
  sample.references = scalars_of(question, "answer", where);
  const auto type = json::require_int(question, "question_type_id", where);
  const auto name = names.find(type);
  sample.category = name != names.end() ? name->second : seed_dimension(type);
  sample.images = {stated_picture(require_scalar(question, "data_id", where))};
  add_fields(sample, question, {"question_id", "question", "answer", "choice_a", "choice_b", "choice_c", "choice_d"});
  return sample;
}

}  // namespace

std::unique_ptr<SampleSource> open_seed_json(const std::filesystem::path& json, const std::filesystem::path& image_root, const SeedOptions& options) {
  const auto text = read_file(json);
  const auto document = json::parse(without_byte_order_mark(text), json.string());
  const auto& questions = json::require_array(document, "questions", json.string());
  const auto names = dimension_names(document);
  std::vector<Sample> samples;
  for (rapidjson::SizeType i = 0; i < questions.Size(); ++i) {
    const auto where = place_in(json.string(), "questions", i);
    const auto kind = json::require_string(questions[i], "data_type", where);
    if (kind != "image" && kind != "video") throw DataError(fmt::format("{}: \"data_type\" must be \"image\" or \"video\", got \"{}\"", where, kind));
    if (kind == "image" ? options.images : options.video_stills) samples.push_back(read_question(questions[i], names, where));
  }
  auto root = image_root;
  if (root.empty()) root = first_existing({json.parent_path() / "SEED-Bench-image", json.parent_path()});
  const auto find = [root](const std::filesystem::path& stated) {
    std::vector<std::filesystem::path> candidates;
    for (const auto& folder : {root, root / "SEED-Bench-video-image", root.parent_path() / "SEED-Bench-video-image"}) {
      for (const auto* ending : {"", ".jpg", ".png"}) candidates.push_back(folder / (stated.string() + ending));
    }
    return first_existing(candidates);
  };
  return std::make_unique<SampleList>(std::move(samples), std::vector{json}, digest_of(text), find);
}

}  // namespace assay
