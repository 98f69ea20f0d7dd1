#include "datasets/ai2d_jsonl.h"

#include <string>
#include <utility>
#include <vector>

#include "datasets/json_lines.h"
#include "datasets/json_sample.h"
#include "datasets/option_text.h"
#include "datasets/picture_place.h"
#include "datasets/sample_list.h"
#include "harness/base/error.h"

namespace assay {
namespace {

/// What stands in `text` between two marks; empty where the first is not.
std::string_view between(std::string_view text, std::string_view before, std::string_view behind) {
  const auto at = text.find(before);
  if (at == std::string_view::npos) return "";
  text.remove_prefix(at + before.size());
  return text.substr(0, text.find(behind));
}

Sample read_line(const json::Value& row, std::size_t place, const std::string& where) {
  Sample sample;
  const auto* id = json::find(row, "question_id");
  sample.id = id == nullptr ? fmt::to_string(place) : require_scalar(row, "question_id", where);
  const bool is_prompt = json::find(row, "question") == nullptr;
  const std::string text = json::require_string(row, is_prompt ? "text" : "question", where);
  if (is_prompt) {
    sample.question = between(text, "Question: ", "\nContext: ");
    sample.options = split_inline_options(between(text, "\nOptions: ", "[UNUSED_TOKEN_"));
    if (sample.question.empty() || sample.options.empty()) throw DataError(fmt::format("{}: \"text\" has no \"Question: \" or no \"Options: A. \" in it", where));
  } else {
    split_option_lines(sample, text);
  }
  sample.references = scalars_of(row, "answer", where);
  sample.images = {stated_picture(json::require_string(row, "image", where))};
  sample.fields["text"] = text;
  return sample;
}

}  // namespace

std::unique_ptr<SampleSource> open_ai2d_jsonl(const std::filesystem::path& jsonl) {
  const JsonLines lines(jsonl);
  std::vector<Sample> samples;
  for (std::size_t i = 0; i < lines.size(); ++i) samples.push_back(read_line(lines.get(i), i, lines.where(i)));
  const auto find = [roots = picture_roots(jsonl)](const std::filesystem::path& stated) { return find_picture_by_tail(stated, roots); };
  return std::make_unique<SampleList>(std::move(samples), std::vector{jsonl}, lines.digest(), find);
}

}  // namespace assay
