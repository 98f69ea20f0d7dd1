#include "datasets/scienceqa_files.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "datasets/json_lines.h"
#include "datasets/json_sample.h"
#include "datasets/option_text.h"
#include "datasets/picture_place.h"
#include "datasets/sample_list.h"
#include "harness/base/digest.h"
#include "harness/base/error.h"

namespace assay {
namespace {

std::string letter_at(std::size_t place) { return std::string(1, static_cast<char>('A' + place)); }

/// choices and answer of a problem.
void read_choices(Sample& sample, const json::Value& problem, const std::string& where) {
  const auto choices = scalars_of(problem, "choices", where);
  if (choices.empty() || choices.size() > 26) throw DataError(fmt::format("{}: \"choices\" must hold 1 to 26 texts, got {}", where, choices.size()));
  for (std::size_t i = 0; i < choices.size(); ++i) sample.options.push_back({letter_at(i), choices[i]});
  const auto* answer = json::find(problem, "answer");
  if (answer == nullptr || answer->IsNull()) return;
  const auto place = json::require_int(problem, "answer", where);
  if (place < 0 || place >= static_cast<std::int64_t>(choices.size()))
    throw DataError(fmt::format("{}: \"answer\" must be the place of one of {} choices, got {}", where, choices.size(), place));
  sample.references = {letter_at(static_cast<std::size_t>(place))};
}

/// The split's numbers in the authors' order.
std::vector<std::string> numbers_of(const json::Document& problems, const std::filesystem::path& splits, const std::string& split, Digest& digest) {
  std::vector<std::string> numbers;
  if (!std::filesystem::exists(splits)) {
    for (const auto& problem : problems.GetObject()) {
      if (json::string_or(problem.value, "split", "") == split) numbers.emplace_back(json::text_of(problem.name));
    }
    return numbers;
  }
  const auto [document, splits_digest] = read_json_file(splits);
  digest.add(splits_digest);
  for (const auto& number : scalars_of(document, split, splits.string())) numbers.push_back(number);
  return numbers;
}

PictureFinder find_in(const std::filesystem::path& folder, const std::string& split) {
  return [folder, split](const std::filesystem::path& stated) {
    return first_existing({folder / "images" / split / stated, folder / "images" / stated, folder / split / stated, folder / stated});
  };
}

Sample read_conversation(const json::Value& entry, const std::string& where) {
  Sample sample;
  sample.id = require_scalar(entry, "id", where);
  const auto& turns = json::require_array(entry, "conversations", where);
  if (turns.Empty()) throw DataError(fmt::format("{}: \"conversations\" is empty", where));
  const std::string stated = json::require_string(turns[0], "value", where);
  std::string_view text = stated;
  constexpr std::string_view kPicture = "<image>\n";
  if (text.starts_with(kPicture)) text.remove_prefix(kPicture.size());
  split_option_lines(sample, text);
  if (turns.Size() > 1) sample.references = {json::require_string(turns[1], "value", where)};
  const std::string image = json::string_or(entry, "image", "");
  if (!image.empty()) sample.images = {stated_picture(image)};
  return sample;
}

}  // namespace

Sample scienceqa_problem(const std::string& id, const json::Value& problem, const std::string& where) {
  Sample sample;
  sample.id = id;
  sample.question = json::require_string(problem, "question", where);
  sample.hint = json::string_or(problem, "hint", "");
  sample.category = json::string_or(problem, "subject", "");
  read_choices(sample, problem, where);
  const std::string image = json::string_or(problem, "image", "");
  if (!image.empty()) sample.images = {stated_picture(std::filesystem::path(id) / image)};
  add_fields(sample, problem, {"question", "choices", "answer", "hint", "image", "lecture", "solution"});
  return sample;
}

std::unique_ptr<SampleSource> open_scienceqa_problems(const std::filesystem::path& problems, const std::string& split) {
  const auto [document, problems_digest] = read_json_file(problems);
  if (!document.IsObject()) throw DataError(fmt::format("{}: expected an object of problems by number", problems.string()));
  Digest digest;
  digest.add(problems_digest);
  const auto splits = problems.parent_path() / "pid_splits.json";
  std::vector<std::filesystem::path> paths = {problems};
  if (std::filesystem::exists(splits)) paths.push_back(splits);
  std::vector<Sample> samples;
  for (const auto& number : numbers_of(document, splits, split, digest)) {
    const auto* problem = json::find(document, number);
    if (problem == nullptr) throw DataError(fmt::format("{}: no problem \"{}\", which {} lists", problems.string(), number, splits.string()));
    samples.push_back(scienceqa_problem(number, *problem, fmt::format("{}: problem {}", problems.string(), number)));
  }
  return std::make_unique<SampleList>(std::move(samples), std::move(paths), digest.hex(), find_in(problems.parent_path(), split));
}

std::unique_ptr<SampleSource> open_scienceqa_jsonl(const std::filesystem::path& jsonl) {
  const JsonLines lines(jsonl);
  std::vector<Sample> samples;
  for (std::size_t i = 0; i < lines.size(); ++i) {
    const auto row = lines.get(i);
    const std::filesystem::path image = json::string_or(row, "image", "");
    const std::string folder = image.parent_path().filename().string();
    const bool is_numbered = !folder.empty() && folder.find_first_not_of("0123456789") == std::string::npos;
    Sample sample = scienceqa_problem(is_numbered ? folder : std::to_string(i), row, lines.where(i));
    if (!image.empty()) sample.images = {stated_picture(image)};
    samples.push_back(std::move(sample));
  }
  const auto find = [roots = picture_roots(jsonl)](const std::filesystem::path& stated) { return find_picture_by_tail(stated, roots); };
  return std::make_unique<SampleList>(std::move(samples), std::vector{jsonl}, lines.digest(), find);
}

std::unique_ptr<SampleSource> open_scienceqa_llava(const std::filesystem::path& json) {
  const auto [document, digest] = read_json_file(json);
  if (!document.IsArray()) throw DataError(fmt::format("{}: expected a list of questions", json.string()));
  std::vector<Sample> samples;
  for (rapidjson::SizeType i = 0; i < document.Size(); ++i) samples.push_back(read_conversation(document[i], place_in(json.string(), "", i)));
  return std::make_unique<SampleList>(std::move(samples), std::vector{json}, digest, find_in(json.parent_path(), "test"));
}

}  // namespace assay
