#include "benchmarks/scienceqa_predictions.h"

#include <map>
#include <string>

#include "benchmarks/choice_scoring.h"
#include "benchmarks/prediction_file.h"
#include "datasets/json_sample.h"
#include "harness/base/error.h"

namespace assay {
namespace {

std::string letter_at(std::int64_t place, const std::string& where) {
  if (place < -1 || place > 25) throw DataError(fmt::format("{}: expected the place of a choice, got {}", where, place));
  return place == -1 ? "" : std::string(1, static_cast<char>('A' + place));  // -1: LLaVA's "no letter"
}

std::vector<Prediction> read_results(const json::Document& document, const std::string& file) {
  std::vector<Prediction> predictions;
  const auto* outputs = json::find(document, "outputs");
  for (const auto& result : json::require(document, "results", file).GetObject()) {
    Prediction prediction;
    prediction.sample.id = json::text_of(result.name);
    prediction.where = fmt::format("{}: results: {}", file, prediction.sample.id);
    if (!result.value.IsInt64()) throw DataError(fmt::format("{}: expected the place of a choice, got {}", prediction.where, json::dump(result.value)));
    prediction.sample.fields[kRecordedChoice] = letter_at(result.value.GetInt64(), prediction.where);
    if (outputs != nullptr) prediction.reply = json::require_string(*outputs, prediction.sample.id, file + ": outputs");
    predictions.push_back(std::move(prediction));
  }
  return predictions;
}

std::vector<Prediction> read_llava_output(const json::Document& document, const std::string& file) {
  std::vector<Prediction> predictions;
  for (const char* list : {"correct", "incorrect"}) {
    const auto& rows = json::require_array(document, list, file);
    for (rapidjson::SizeType i = 0; i < rows.Size(); ++i) {
      Prediction prediction;
      prediction.where = place_in(file, list, i);
      prediction.sample.id = require_scalar(rows[i], "question_id", prediction.where);
      prediction.sample.question = json::string_or(rows[i], "question", "");
      prediction.sample.references = {json::require_string(rows[i], "ground_truth", prediction.where)};
      add_fields(prediction.sample, rows[i], {"question_id", "question", "ground_truth", "pred"});
      prediction.reply = json::require_string(rows[i], "pred", prediction.where);
      predictions.push_back(std::move(prediction));
    }
  }
  return predictions;
}

std::vector<Prediction> read_rows(const std::filesystem::path& path) {
  const auto document = try_json_object(path);
  if (document) {
    const auto* results = json::find(*document, "results");
    if (results != nullptr && results->IsObject()) return read_results(*document, path.string());
    if (json::find(*document, "correct") != nullptr && json::find(*document, "incorrect") != nullptr) return read_llava_output(*document, path.string());
  }
  return read_prediction_file(path);
}

}  // namespace

bool has_picture(const Sample& sample) {
  const auto stated = sample.fields.find("is_multimodal");
  return !sample.images.empty() || (stated != sample.fields.end() && stated->second == "True");
}

std::vector<Reply> read_scienceqa_predictions(const std::filesystem::path& path, const SampleSource* data) {
  auto predictions = read_rows(path);
  std::map<std::string, std::string> choices;
  for (const auto& prediction : predictions) {
    const auto choice = prediction.sample.fields.find(kRecordedChoice);
    if (choice != prediction.sample.fields.end()) choices[prediction.sample.id] = choice->second;
  }
  auto replies = match_or_take(std::move(predictions), data, path);
  for (auto& reply : replies) {
    const auto choice = choices.find(reply.sample.id);
    if (choice != choices.end()) reply.sample.fields[kRecordedChoice] = choice->second;
  }
  return replies;
}

}  // namespace assay
