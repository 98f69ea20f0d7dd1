#include "datasets/mathvista_json.h"

#include <fmt/format.h>

#include <array>
#include <unordered_map>
#include <utility>
#include <vector>

#include "datasets/json_rows.h"
#include "datasets/json_sample.h"
#include "datasets/picture_place.h"
#include "harness/base/error.h"

namespace assay {
namespace {

std::string hint_of(const Sample& sample) {
  const auto field = [&](const char* name) {
    const auto found = sample.fields.find(name);
    return found == sample.fields.end() ? std::string() : found->second;
  };
  if (field("question_type") == "multi_choice") {
    return "Hint: Please answer the question and provide the correct option letter, e.g., A, B, C, D, at the end.";
  }
  const std::string type = field("answer_type");
  std::string_view what = "an integer answer and provide the final value, e.g., 1, 2, 3";
  if (type == "float" && field("precision").starts_with("1")) what = "a floating-point number with one decimal place and provide the final value, e.g., 1.2, 1.3, 1.4";
  else if (type == "float") what = "a floating-point number with two decimal places and provide the final value, e.g., 1.23, 1.34, 1.45";
  else if (type == "list") what = "a Python list as an answer and provide the final list, e.g., [1, 2, 3], [1.2, 1.3, 1.4]";
  return fmt::format("Hint: Please answer the question requiring {}, at the end.", what);
}

std::string query_of(const Sample& sample) {
  std::string query = hint_of(sample) + "\nQuestion: " + sample.fields.at("question");
  if (const auto unit = sample.fields.find("unit"); unit != sample.fields.end() && !unit->second.empty()) query += fmt::format(" (Unit: {})", unit->second);
  if (!sample.options.empty()) query += "\nChoices:";
  for (const auto& option : sample.options) query += fmt::format("\n({}) {}", option.letter, option.text);
  return query;
}

class MathVistaJson final : public SampleSource {
 public:
  explicit MathVistaJson(const std::filesystem::path& json) : rows_(json), roots_(picture_roots(json, std::array<std::string, 1>{"images"})) {
    const auto queries = json.parent_path() / "query.json";
    if (!std::filesystem::exists(queries)) return;
    const JsonRows rows(queries);
    for (std::size_t i = 0; i < rows.size(); ++i) query_[rows.key(i)] = scalar_text(rows.get(i, false)).value_or("");
  }

  [[nodiscard]] std::size_t size() const override { return rows_.size(); }
  [[nodiscard]] std::string digest() const override { return rows_.digest(); }
  [[nodiscard]] std::vector<std::filesystem::path> paths() const override { return {rows_.path()}; }

  [[nodiscard]] Sample get(std::size_t i) const override {
    auto sample = mathvista_sample(rows_.get(i), rows_.where(i));
    if (sample.id.empty()) sample.id = rows_.key(i);
    if (const auto query = query_.find(sample.id); query != query_.end()) sample.question = query->second;
    for (auto& image : sample.images) image = find_stated_picture(image.stated, roots_);
    return sample;
  }

 private:
  JsonRows rows_;
  std::vector<std::filesystem::path> roots_;
  std::unordered_map<std::string, std::string> query_;
};

}  // namespace

Sample mathvista_sample(const json::Value& problem, const std::string& where) {
  Sample sample;
  add_fields(sample, problem, {"choices", "metadata", "query"});
  if (const auto* metadata = json::find(problem, "metadata"); metadata != nullptr && metadata->IsObject()) add_fields(sample, *metadata, {});
  sample.fields["question"] = json::require_string(problem, "question", where);
  (void)require_scalar(problem, "question_type", where);
  sample.id = sample.fields["pid"];
  sample.category = sample.fields["task"];
  char letter = 'A';
  for (auto& choice : scalars_of(problem, "choices", where)) sample.options.push_back({std::string(1, letter++), std::move(choice)});
  for (auto& answer : scalars_of(problem, "answer", where)) {
    if (!answer.empty()) sample.references.push_back(std::move(answer));
  }
  sample.question = json::string_or(problem, "query", "");
  if (sample.question.empty()) sample.question = query_of(sample);
  if (const auto* image = json::find(problem, "image"); image != nullptr && image->IsString()) {
    const std::string path(json::text_of(*image));
    sample.images.push_back({path, 0, 0, ImageRef::Encoding::kRaw, path, path});
  }
  return sample;
}

std::unique_ptr<SampleSource> open_mathvista_json(const std::filesystem::path& json) { return std::make_unique<MathVistaJson>(json); }

}  // namespace assay
