#include "datasets/caption_json.h"

#include <fmt/format.h>

#include <array>
#include <unordered_map>
#include <unordered_set>
#include <utility>
#include <vector>

#include "datasets/json_rows.h"
#include "datasets/json_sample.h"
#include "datasets/picture_place.h"
#include "harness/base/error.h"

namespace assay {

std::string coco_number(const std::string& name) {
  const auto stem = std::filesystem::path(name).stem().string();
  const auto last = stem.rfind('_');
  auto number = last == std::string::npos ? stem : stem.substr(last + 1);
  number.erase(0, std::min(number.find_first_not_of('0'), number.size() - 1));
  return number;
}

namespace {

class CaptionJson final : public SampleSource {
 public:
  explicit CaptionJson(const std::filesystem::path& json)
      : images_(json, {"images"}), roots_(picture_roots(json, std::array<std::string, 5>{"images", "val2014", "val2017", "coco", "flickr30k-images"})) {
    if (json::find(images_.get(0), "caption") == nullptr) read_annotations(json);
    std::unordered_set<std::string> ids;
    for (std::size_t i = 0; i < images_.size(); ++i) {
      auto id = id_of(images_.get(i), i);
      if (has_annotations_ && !captions_.contains(id)) throw DataError(fmt::format("{}: the picture {} has no caption", images_.where(i), id));
      if (!ids.insert(id).second) throw DataError(fmt::format("{}: the picture {} comes twice", images_.where(i), id));
    }
  }

  [[nodiscard]] std::size_t size() const override { return images_.size(); }
  [[nodiscard]] std::string digest() const override { return images_.digest(); }
  [[nodiscard]] std::vector<std::filesystem::path> paths() const override { return {images_.path()}; }

  [[nodiscard]] Sample get(std::size_t i) const override {
    const auto row = images_.get(i);
    const auto where = images_.where(i);
    Sample sample;
    sample.id = id_of(row, i);
    sample.references = has_annotations_ ? captions_.at(sample.id) : scalars_of(row, "caption", where);
    add_fields(sample, row, {"caption", "id"});
    sample.images.push_back(find_stated_picture(require_scalar(row, json::find(row, "file_name") != nullptr ? "file_name" : "image", where), roots_));
    return sample;
  }

 private:
  void read_annotations(const std::filesystem::path& json) {
    const JsonRows annotations(json, {"annotations"});
    has_annotations_ = true;
    for (std::size_t i = 0; i < annotations.size(); ++i) {
      const auto row = annotations.get(i);
      const auto where = annotations.where(i);
      captions_[require_scalar(row, "image_id", where)].push_back(json::require_string(row, "caption", where));
    }
  }

  [[nodiscard]] std::string id_of(const json::Value& row, std::size_t i) const {
    if (json::find(row, "id") != nullptr) return require_scalar(row, "id", images_.where(i));
    return coco_number(require_scalar(row, "image", images_.where(i)));
  }

  JsonRows images_;
  std::vector<std::filesystem::path> roots_;
  bool has_annotations_ = false;
  std::unordered_map<std::string, std::vector<std::string>> captions_;
};

}  // namespace

std::unique_ptr<SampleSource> open_caption_json(const std::filesystem::path& json) { return std::make_unique<CaptionJson>(json); }

}  // namespace assay
