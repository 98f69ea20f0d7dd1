#include "datasets/qbench_json.h"

#include <utility>
#include <vector>

#include "datasets/json_sample.h"
#include "datasets/sample_list.h"
#include "harness/base/error.h"

namespace assay {
namespace {

Sample read_question(const json::Value& entry, std::size_t place, const std::string& where) {
  Sample sample;
  sample.id = fmt::to_string(place);
  sample.question = json::require_string(entry, "question", where);
  const auto candidates = scalars_of(entry, "candidates", where);
  if (candidates.empty() || candidates.size() > 26) throw DataError(fmt::format("{}: \"candidates\" must hold 1 to 26 texts, got {}", where, candidates.size()));
  const std::string right = json::string_or(entry, "correct_ans", "");
  for (std::size_t i = 0; i < candidates.size(); ++i) {
    sample.options.push_back({std::string(1, static_cast<char>('A' + i)), candidates[i]});
    if (!right.empty() && candidates[i] == right) sample.references = {sample.options.back().letter};
  }
  if (!right.empty() && sample.references.empty()) throw DataError(fmt::format("{}: \"correct_ans\" is \"{}\", which is no candidate", where, right));
  sample.images = {stated_picture(json::require_string(entry, "img_path", where))};
  add_fields(sample, entry, {"question", "candidates"});
  return sample;
}

}  // namespace

std::unique_ptr<SampleSource> open_qbench_json(const std::filesystem::path& json) {
  const auto [document, digest] = read_json_file(json);
  if (!document.IsArray()) throw DataError(fmt::format("{}: expected a list of questions", json.string()));
  std::vector<Sample> samples;
  for (rapidjson::SizeType i = 0; i < document.Size(); ++i) samples.push_back(read_question(document[i], i, place_in(json.string(), "", i)));
  const auto folder = json.parent_path();
  const auto find = [folder](const std::filesystem::path& stated) {
    return first_existing({folder / "images" / stated, folder / "LLVisionQA-QBench" / stated, folder / stated});
  };
  return std::make_unique<SampleList>(std::move(samples), std::vector{json}, digest, find);
}

}  // namespace assay
