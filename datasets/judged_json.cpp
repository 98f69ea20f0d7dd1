#include "datasets/judged_json.h"

#include <fmt/format.h>

#include <array>
#include <unordered_map>
#include <utility>
#include <vector>

#include "datasets/json_rows.h"
#include "datasets/json_sample.h"
#include "datasets/picture_place.h"
#include "datasets/sample_list.h"
#include "harness/base/digest.h"

namespace assay {
namespace {

PictureFinder finder_beside(const std::filesystem::path& file) {
  return [roots = picture_roots(file, std::array<std::string, 1>{"images"})](const std::filesystem::path& stated) {
    return find_picture_by_tail(stated, roots);
  };
}

/// The captions of each picture, where the file is there.
std::unordered_map<std::string, std::string> captions_of(const std::filesystem::path& context) {
  std::unordered_map<std::string, std::string> captions;
  if (!std::filesystem::exists(context)) return captions;
  const JsonRows rows(context);
  for (std::size_t i = 0; i < rows.size(); ++i) {
    const auto row = rows.get(i);
    captions[require_scalar(row, "image", rows.where(i))] = fmt::format("{}", fmt::join(scalars_of(row, "caption", rows.where(i)), "\n"));
  }
  return captions;
}

std::unordered_map<std::string, std::string> answers_of(const std::filesystem::path& file) {
  std::unordered_map<std::string, std::string> answers;
  if (!std::filesystem::exists(file)) return answers;
  const JsonRows rows(file);
  for (std::size_t i = 0; i < rows.size(); ++i) {
    const auto row = rows.get(i);
    answers[require_scalar(row, "question_id", rows.where(i))] = json::require_string(row, "text", rows.where(i));
  }
  return answers;
}

}  // namespace

std::unique_ptr<SampleSource> open_mmvet_json(const std::filesystem::path& json) {
  const JsonRows rows(json);
  std::vector<Sample> samples;
  for (std::size_t i = 0; i < rows.size(); ++i) {
    const auto row = rows.get(i);
    const auto where = rows.where(i);
    Sample sample;
    sample.id = rows.key(i);
    sample.question = json::require_string(row, "question", where);
    sample.references = {require_scalar(row, "answer", where)};
    add_fields(sample, row, {"question", "answer"});
    sample.images = {stated_picture(require_scalar(row, "imagename", where))};
    samples.push_back(std::move(sample));
  }
  return std::make_unique<SampleList>(std::move(samples), std::vector{json}, rows.digest(), finder_beside(json));
}

std::unique_ptr<SampleSource> open_llava_bench(const std::filesystem::path& questions) {
  const JsonRows rows(questions);
  const auto captions = captions_of(questions.parent_path() / "context.jsonl");
  const auto answers = answers_of(questions.parent_path() / "answers_gpt4.jsonl");
  std::vector<Sample> samples;
  for (std::size_t i = 0; i < rows.size(); ++i) {
    const auto row = rows.get(i);
    const auto where = rows.where(i);
    Sample sample;
    sample.id = require_scalar(row, "question_id", where);
    sample.question = json::require_string(row, "text", where);
    sample.category = json::string_or(row, "category", "");
    const auto image = require_scalar(row, "image", where);
    if (const auto caption = captions.find(image); caption != captions.end()) sample.fields["caption"] = caption->second;
    if (const auto answer = answers.find(sample.id); answer != answers.end()) sample.references = {answer->second};
    sample.images = {stated_picture(image)};
    samples.push_back(std::move(sample));
  }
  return std::make_unique<SampleList>(std::move(samples), std::vector{questions}, rows.digest(), finder_beside(questions));
}

}  // namespace assay
