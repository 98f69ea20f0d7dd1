#include "benchmarks/pope_predictions.h"

#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <map>
#include <optional>
#include <set>

#include "benchmarks/prediction_file.h"
#include "datasets/pope_files.h"
#include "harness/base/error.h"
#include "metrics/python_text.h"

namespace assay {
namespace {

constexpr std::int64_t kLlavaStep = 10'000'000;
constexpr std::array<std::string_view, 3> kLlavaOrder = {"adversarial", "random", "popular"};

bool is_category(std::string_view text) { return std::ranges::find(pope_categories(), text) != pope_categories().end(); }

/// The id that the data gives the row's question; the row's own where nothing says another.
std::string id_of(const Sample& row, const std::set<std::string>& known) {
  if (known.contains(row.id)) return row.id;
  const auto stated = row.fields.find("question_id");
  const std::string& number = stated != row.fields.end() ? stated->second : row.id;
  const auto value = python::parse_int(number);
  if (!value) return row.id;
  if (is_category(row.category)) return fmt::format("{}/{}", row.category, *value % kLlavaStep);
  const auto range = *value / kLlavaStep;
  if (*value < 0 || range >= static_cast<std::int64_t>(kLlavaOrder.size())) return row.id;
  const auto id = fmt::format("{}/{}", kLlavaOrder[static_cast<std::size_t>(range)], *value % kLlavaStep);
  return known.empty() || known.contains(id) ? id : row.id;
}

/// The one category that a file's name says.
std::optional<std::string> category_in_name(const std::filesystem::path& path) {
  std::optional<std::string> found;
  for (const auto category : pope_categories()) {
    if (path.filename().string().find(category) == std::string::npos) continue;
    if (found) return std::nullopt;
    found = category;
  }
  return found;
}

using Questions = std::map<std::string, std::vector<Sample>>;

Questions questions_of(const SampleSource& data) {
  Questions questions;
  for (std::size_t i = 0; i < data.size(); ++i) {
    Sample sample = data.get(i);
    questions[sample.category].push_back(std::move(sample));
  }
  return questions;
}

/// Gives rows without ids those of the questions in their place.
void number_by_place(std::vector<Prediction>& predictions, const std::filesystem::path& path, const SampleSource* data) {
  const auto category = category_in_name(path);
  if (!category) throw DataError(fmt::format("{}: its lines have no ids, and its name says none of {} to go by", path.string(), fmt::join(pope_categories(), ", ")));
  if (data == nullptr) throw DataError(fmt::format("{}: its lines have neither ids nor labels; give the data set itself with --data-dir", path.string()));
  const auto questions = questions_of(*data);
  const auto part = questions.find(*category);
  const std::size_t there = part == questions.end() ? 0 : part->second.size();
  if (predictions.size() > there) throw DataError(fmt::format("{}: {} answers, and \"{}\" has {} questions", path.string(), predictions.size(), *category, there));
  for (std::size_t i = 0; i < predictions.size(); ++i) {
    Sample& row = predictions[i].sample;
    const Sample& asked = part->second[i];
    if (!row.question.empty() && row.question != asked.question)
      throw DataError(fmt::format("{}: answers \"{}\", and question {} is \"{}\"", predictions[i].where, row.question, asked.id, asked.question));
    row.id = asked.id;
  }
}

std::vector<Prediction> read_one(const std::filesystem::path& path, const SampleSource* data, const std::set<std::string>& known) {
  auto predictions = read_prediction_file(path);
  const bool has_no_ids = std::ranges::all_of(predictions, [](const Prediction& p) { return p.sample.id.empty() && p.sample.references.empty(); });
  if (has_no_ids) {
    number_by_place(predictions, path, data);
  } else {
    for (auto& prediction : predictions) prediction.sample.id = id_of(prediction.sample, known);
  }
  return predictions;
}

std::vector<std::filesystem::path> files_of(const std::filesystem::path& path) {
  if (!std::filesystem::is_directory(path)) return {path};
  std::vector<std::filesystem::path> files;
  for (const auto& entry : std::filesystem::directory_iterator(path)) {
    if (entry.is_regular_file() && category_in_name(entry.path())) files.push_back(entry.path());
  }
  std::ranges::sort(files);
  if (files.empty()) throw DataError(fmt::format("{}: no file in it is named after one of {}", path.string(), fmt::join(pope_categories(), ", ")));
  return files;
}

}  // namespace

std::vector<Reply> read_pope_predictions(const std::filesystem::path& path, const SampleSource* data) {
  std::set<std::string> known;
  for (std::size_t i = 0; data != nullptr && i < data->size(); ++i) known.insert(data->get(i).id);
  std::vector<Prediction> predictions;
  for (const auto& file : files_of(path)) {
    auto part = read_one(file, data, known);
    std::move(part.begin(), part.end(), std::back_inserter(predictions));
  }
  return match_predictions(std::move(predictions), data, path);
}

}  // namespace assay
