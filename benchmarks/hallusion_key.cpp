#include "benchmarks/hallusion_key.h"

#include <fmt/format.h>

#include <map>
#include <optional>
#include <set>

#include "benchmarks/prediction_file.h"
#include "harness/base/error.h"
#include "metrics/python_text.h"

namespace assay {
namespace {

std::optional<HallusionKey> key_in_columns(const Sample& sample) {
  const auto column = [&](const char* name) {
    const auto found = sample.fields.find(name);
    return found == sample.fields.end() ? std::string() : found->second;
  };
  HallusionKey key{sample.category.empty() ? column("category") : sample.category, column("subcategory"), column("set_id"), column("figure_id"),
                   column("question_id"), column("visual_input"), column("l2-category")};
  if (key.category.empty() || key.subcategory.empty() || key.set.empty() || key.figure.empty() || key.question.empty()) return std::nullopt;
  if (key.l2_category.empty()) key.l2_category = key.subcategory;
  return key;
}

std::optional<HallusionKey> key_in_index(const Sample& sample) {
  const auto parts = python::split(sample.id, "_");
  if (parts.size() != 6) return std::nullopt;
  const auto part = [&](std::size_t i) { return std::string(parts[i]); };
  HallusionKey key{part(0), part(1), part(3), part(4), part(5), part(2), part(1)};
  const auto l2 = sample.fields.find("l2-category");
  if (l2 != sample.fields.end()) key.l2_category = l2->second;
  return key;
}

std::optional<HallusionKey> try_key(const Sample& sample) {
  auto key = key_in_columns(sample);
  return key ? key : key_in_index(sample);
}

}  // namespace

std::string HallusionKey::id() const { return fmt::format("{}_{}_{}_{}_{}", category, subcategory, set, figure, question); }

HallusionKey hallusion_key(const Sample& sample) {
  auto key = try_key(sample);
  if (!key) {
    throw DataError(fmt::format("{}: expected the columns category, subcategory, set_id, figure_id and question_id of HallusionBench, or an index "
                                "<category>_<subcategory>_<visual_input>_<set>_<figure>_<question>", sample.id));
  }
  return *std::move(key);
}

std::vector<Reply> read_hallusion_predictions(const std::filesystem::path& path, const SampleSource* data) {
  std::map<std::string, std::string> id_of_question;  // the authors' name -> the data's id
  std::set<std::string> without_picture;
  for (std::size_t i = 0; data != nullptr && i < data->size(); ++i) {
    const Sample sample = data->get(i);
    const auto key = hallusion_key(sample);
    id_of_question[key.id()] = sample.id;
    if (!key.has_picture()) without_picture.insert(sample.id);
  }
  auto predictions = read_prediction_file(path);
  std::map<std::string, std::string> grades;
  bool answers_without_picture = false;
  for (auto& prediction : predictions) {
    Sample& row = prediction.sample;
    const auto key = try_key(row);
    if (key) {
      const auto known = id_of_question.find(key->id());
      if (known != id_of_question.end()) row.id = known->second;
      else if (data == nullptr && !key_in_index(row)) row.id = key->id();
    }
    answers_without_picture |= without_picture.contains(row.id);
    const auto grade = row.fields.find(kHallusionGrade);
    if (grade == row.fields.end()) continue;
    if (grade->second != "0" && grade->second != "1" && grade->second != "2")
      throw DataError(fmt::format("{}: \"{}\" must be 0, 1 or 2, got \"{}\"", prediction.where, kHallusionGrade, grade->second));
    grades[row.id] = grade->second;
  }
  MatchRules rules;
  if (!answers_without_picture) rules.may_be_missing = [](const Sample& sample) { return !hallusion_key(sample).has_picture(); };
  auto replies = match_predictions(std::move(predictions), data, path, rules);
  for (auto& reply : replies) {
    const auto grade = grades.find(reply.sample.id);
    if (grade != grades.end()) reply.sample.fields[kHallusionGrade] = grade->second;
  }
  return replies;
}

}  // namespace assay
