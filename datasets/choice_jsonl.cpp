#include "datasets/choice_jsonl.h"

#include <unordered_map>
#include <utility>
#include <vector>

#include "datasets/json_lines.h"
#include "datasets/json_sample.h"
#include "harness/base/error.h"

namespace assay {
namespace {

class ChoiceJsonl : public SampleSource {
 public:
  ChoiceJsonl(const std::filesystem::path& jsonl, const ChoiceFilter& filter) : lines_(jsonl) {
    std::unordered_map<std::string, std::size_t> line_of_index;
    for (std::size_t i = 0; i < lines_.size(); ++i) {
      const auto document = lines_.get(i);
      if (!matches(document, "set", filter.set) || !matches(document, "lang", filter.lang)) continue;
      auto index = require_scalar(document, "index", lines_.where(i));
      const auto [other, is_new] = line_of_index.emplace(std::move(index), i);
      if (!is_new) {
        throw DataError(fmt::format("{}: index \"{}\" comes twice; first at {}. Does the file hold several sets or languages? Choose one",
                                    lines_.where(i), other->first, lines_.where(other->second)));
      }
      chosen_.push_back(i);
    }
    if (chosen_.empty()) throw DataError(fmt::format("{}: no question of set \"{}\" and language \"{}\"", jsonl.string(), filter.set, filter.lang));
  }

  [[nodiscard]] std::size_t size() const override { return chosen_.size(); }
  [[nodiscard]] std::string digest() const override { return lines_.digest(); }
  [[nodiscard]] std::vector<std::filesystem::path> paths() const override { return {lines_.path()}; }

  [[nodiscard]] Sample get(std::size_t i) const override {
    const auto line = chosen_.at(i);
    const auto where = lines_.where(line);
    const auto document = lines_.get(line);
    Sample sample;
    sample.id = require_scalar(document, "index", where);
    sample.question = json::require_string(document, "question", where);
    sample.hint = json::string_or(document, "hint", "");
    sample.category = json::string_or(document, "category", "");
    const auto& options = json::require(document, "options", where);
    if (!options.IsObject()) throw DataError(fmt::format("{}: \"options\" must be an object of letter and text", where));
    for (const auto& option : options.GetObject()) {
      const std::string letter(json::text_of(option.name));
      sample.options.push_back({letter, require_scalar(options, letter, where)});
    }
    sample.references = scalars_of(document, "answer", where);
    for (const auto& stated : scalars_of(document, "image", where)) {
      const auto path = lines_.path().parent_path() / stated;
      sample.images.push_back({path, 0, 0, ImageRef::Encoding::kRaw, path.string(), stated});
    }
    add_fields(sample, document, {"index", "question", "hint", "category", "options", "answer", "image"});
    return sample;
  }

 private:
  static bool matches(const json::Value& document, std::string_view key, const std::string& wanted) {
    return wanted.empty() || json::string_or(document, key, "") == wanted;
  }

  JsonLines lines_;
  std::vector<std::size_t> chosen_;
};

}  // namespace

std::unique_ptr<SampleSource> open_choice_jsonl(const std::filesystem::path& jsonl, const ChoiceFilter& filter) {
  return std::make_unique<ChoiceJsonl>(jsonl, filter);
}

}  // namespace assay
