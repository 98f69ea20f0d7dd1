#include "datasets/vqa_jsonl.h"

#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "datasets/json_lines.h"
#include "datasets/json_sample.h"
#include "datasets/picture_place.h"
#include "harness/base/error.h"

namespace assay {
namespace {

class VqaJsonl : public SampleSource {
 public:
  VqaJsonl(const std::filesystem::path& jsonl, const std::filesystem::path& image_root) : lines_(jsonl) {
    if (!image_root.empty()) roots_.push_back(image_root);
    const auto folder = std::filesystem::absolute(jsonl).parent_path();
    roots_.push_back(folder);
    roots_.push_back(folder.parent_path());
    if (lines_.size() == 0) throw DataError(fmt::format("{}: no questions in it", jsonl.string()));
    std::unordered_map<std::string, std::size_t> line_of_id;
    for (std::size_t i = 0; i < lines_.size(); ++i) {
      const auto [other, is_new] = line_of_id.emplace(id_of(lines_.get(i), i), i);
      if (!is_new) throw DataError(fmt::format("{}: question_id \"{}\" comes twice; first at {}", lines_.where(i), other->first, lines_.where(other->second)));
    }
  }

  [[nodiscard]] std::size_t size() const override { return lines_.size(); }
  [[nodiscard]] std::string digest() const override { return lines_.digest(); }
  [[nodiscard]] std::vector<std::filesystem::path> paths() const override { return {lines_.path()}; }

  [[nodiscard]] Sample get(std::size_t i) const override {
    const auto where = lines_.where(i);
    const auto document = lines_.get(i);
    Sample sample;
    sample.id = id_of(document, i);
    sample.question = json::require_string(document, "question", where);
    sample.references = scalars_of(document, "answer", where);
    for (const auto& stated : scalars_of(document, "image", where)) sample.images.push_back(find_stated_picture(stated, roots_));
    add_fields(sample, document, {"question_id", "question", "answer", "image"});
    return sample;
  }

 private:
  [[nodiscard]] std::string id_of(const json::Value& document, std::size_t i) const {
    const auto* id = json::find(document, "question_id");
    return id == nullptr || id->IsNull() ? fmt::to_string(i) : require_scalar(document, "question_id", lines_.where(i));
  }

  JsonLines lines_;
  std::vector<std::filesystem::path> roots_;
};

}  // namespace

std::unique_ptr<SampleSource> open_vqa_jsonl(const std::filesystem::path& jsonl, const std::filesystem::path& image_root) {
  return std::make_unique<VqaJsonl>(jsonl, image_root);
}

}  // namespace assay
