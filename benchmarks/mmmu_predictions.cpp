#include "benchmarks/mmmu_predictions.h"

#include <algorithm>
#include <map>
#include <optional>
#include <set>
#include <string>

#include "benchmarks/choice_scoring.h"
#include "benchmarks/mmmu_subjects.h"
#include "benchmarks/prediction_file.h"
#include "datasets/json_sample.h"
#include "harness/base/error.h"

namespace assay {
namespace {

constexpr const char* kReadAlready = "read_already";

/// One entry of a subject's output.json.
Prediction read_response(const json::Value& entry, const std::string& where) {
  Prediction prediction;
  prediction.where = where;
  prediction.reply = json::require_string(entry, "response", where);
  Sample& sample = prediction.sample;
  sample.id = json::require_string(entry, "id", where);
  sample.fields["question_type"] = json::require_string(entry, "question_type", where);
  sample.references = scalars_of(entry, "answer", where);
  if (!is_mmmu_choice(sample)) return prediction;
  const std::string counted = json::string_or(entry, "parsed_pred", "");
  if (!counted.empty()) sample.fields[kRecordedChoice] = counted;
  const auto& texts = json::require(entry, "index2ans", where);
  for (const auto& letter : scalars_of(entry, "all_choices", where)) sample.options.push_back({letter, require_scalar(texts, letter, where)});
  return prediction;
}

/// The subjects' folders, sorted by name.
std::vector<Prediction> read_folder(const std::filesystem::path& folder) {
  std::set<std::filesystem::path> files;
  for (const auto& entry : std::filesystem::directory_iterator(folder)) {
    if (std::filesystem::exists(entry.path() / "output.json")) files.insert(entry.path() / "output.json");
  }
  if (files.empty()) throw DataError(fmt::format("{}: expected a folder of <Subject>/output.json", folder.string()));
  std::vector<Prediction> predictions;
  for (const auto& file : files) {
    const auto document = read_json_file(file).document;
    if (!document.IsArray()) throw DataError(fmt::format("{}: expected a list of responses", file.string()));
    for (rapidjson::SizeType i = 0; i < document.Size(); ++i) predictions.push_back(read_response(document[i], place_in(file.string(), "", i)));
  }
  return predictions;
}

/// {id: answer}; nothing for another file.
std::optional<std::vector<Prediction>> try_answers(const std::filesystem::path& path) {
  const auto document = try_json_object(path);
  if (!document || document->MemberCount() == 0) return std::nullopt;
  std::vector<Prediction> predictions;
  for (const auto& member : document->GetObject()) {
    const auto answer = scalar_text(member.value);
    if (!answer) return std::nullopt;
    Prediction prediction;
    prediction.sample.id = json::text_of(member.name);
    prediction.sample.fields[kReadAlready] = "True";
    prediction.where = fmt::format("{}: {}", path.string(), prediction.sample.id);
    prediction.reply = *answer;
    predictions.push_back(std::move(prediction));
  }
  if (mmmu_subject(predictions.front().sample).empty()) return std::nullopt;  // one row by itself, not answers by id
  return predictions;
}

}  // namespace

bool is_read_already(const Sample& sample) { return sample.fields.contains(kReadAlready); }

std::vector<Reply> read_mmmu_predictions(const std::filesystem::path& path, const SampleSource* data) {
  if (std::filesystem::is_directory(path)) return match_predictions(read_folder(path), nullptr, path);
  std::map<std::string, std::string> id_in_data;
  for (std::size_t i = 0; data != nullptr && i < data->size(); ++i) {
    const Sample sample = data->get(i);
    id_in_data[mmmu_id(sample)] = sample.id;
  }
  auto answers = try_answers(path);
  const bool are_read = answers.has_value();
  auto predictions = are_read ? *std::move(answers) : read_prediction_file(path);
  for (auto& prediction : predictions) {
    const auto known = id_in_data.find(mmmu_id(prediction.sample));
    if (known != id_in_data.end()) prediction.sample.id = known->second;
  }
  auto replies = match_or_take(std::move(predictions), data, path);
  for (auto& reply : replies) {
    if (are_read) reply.sample.fields[kReadAlready] = "True";
  }
  return replies;
}

}  // namespace assay
