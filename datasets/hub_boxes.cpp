#include <fmt/format.h>

#include <array>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include "datasets/caption_json.h"
#include "datasets/hub_parquet.h"
#include "datasets/hub_sets.h"
#include "datasets/json_sample.h"
#include "datasets/parquet_rows.h"
#include "datasets/picture_place.h"
#include "datasets/picture_size.h"
#include "datasets/refcoco.h"
#include "harness/base/error.h"

/// The sets of the hub that are no question on a picture each: RefCOCO's rows have several phrases, COCO's no picture.
namespace assay {
namespace {

class HubBoxes final : public SampleSource {
 public:
  explicit HubBoxes(const std::filesystem::path& shard) : rows_(hub_shards(shard)) {
    for (std::size_t i = 0; i < rows_.size(); ++i) {
      const auto count = scalars_of(rows_.get(i), "answer", rows_.where(i)).size();
      for (std::size_t k = 0; k < count; ++k) phrases_.emplace_back(i, k);
    }
    if (phrases_.empty()) throw DataError(fmt::format("{}: no phrase in the column \"answer\"", shard.string()));
  }

  [[nodiscard]] std::size_t size() const override { return phrases_.size(); }
  [[nodiscard]] std::string digest() const override { return rows_.digest(); }
  [[nodiscard]] std::vector<std::filesystem::path> paths() const override { return rows_.shards(); }

  [[nodiscard]] Sample get(std::size_t i) const override {
    const auto [index, which] = phrases_.at(i);
    const auto row = rows_.get(index);
    const auto where = rows_.where(index);
    Sample sample;
    sample.group = require_scalar(row, "question_id", where);
    sample.id = fmt::format("{}_{}", sample.group, which);
    sample.question = sample.fields["phrase"] = scalars_of(row, "answer", where).at(which);
    sample.images = rows_.pictures(row, index, "image");
    set_refcoco_box(sample, json::require(row, "bbox", where), RefCocoBox::kSize, where);
    if (sample.images.size() != 1) throw DataError(fmt::format("{}: expected a picture, got {}", where, sample.images.size()));
    const auto size = size_of(index, sample.images.front());
    sample.fields["width"] = std::to_string(size.width);
    sample.fields["height"] = std::to_string(size.height);
    return sample;
  }

 private:
  /// Phrases of one row come one after the other, so that the last size is kept.
  [[nodiscard]] PixelSize size_of(std::size_t index, const ImageRef& image) const {
    const std::lock_guard lock(mutex_);
    if (sized_row_ == index) return size_;
    const auto bytes = read_image_bytes(image);
    if (!bytes) throw DataError(bytes.error().message);
    const auto size = picture_size(*bytes);
    if (!size) throw DataError(fmt::format("{}: neither a JPEG nor a PNG file, so its size is not known", image.name));
    sized_row_ = index;
    return size_ = *size;
  }

  ParquetRows rows_;
  std::vector<std::pair<std::size_t, std::size_t>> phrases_;  ///< row, and which of its phrases
  mutable std::mutex mutex_;
  mutable std::size_t sized_row_ = static_cast<std::size_t>(-1);
  mutable PixelSize size_;
};

class HubCocoKarpathy final : public SampleSource {
 public:
  explicit HubCocoKarpathy(const std::filesystem::path& shard)
      : rows_(hub_shards(shard)), roots_(picture_roots(shard, std::array<std::string, 3>{"images", "val2014", "coco"})) {
    (void)scalars_of(rows_.get(0), "sentences", rows_.where(0));
  }
  [[nodiscard]] std::size_t size() const override { return rows_.size(); }
  [[nodiscard]] std::string digest() const override { return rows_.digest(); }
  [[nodiscard]] std::vector<std::filesystem::path> paths() const override { return rows_.shards(); }
  [[nodiscard]] Sample get(std::size_t i) const override {
    const auto row = rows_.get(i);
    const auto name = require_scalar(row, "filename", rows_.where(i));
    Sample sample;
    sample.id = coco_number(name);
    sample.references = scalars_of(row, "sentences", rows_.where(i));
    add_fields(sample, row, {"sentences"});
    sample.images = {find_stated_picture(name, roots_)};
    return sample;
  }

 private:
  ParquetRows rows_;
  std::vector<std::filesystem::path> roots_;
};

}  // namespace

std::unique_ptr<SampleSource> open_hub_refcoco(const std::filesystem::path& shard) { return std::make_unique<HubBoxes>(shard); }
std::unique_ptr<SampleSource> open_hub_coco_karpathy(const std::filesystem::path& shard) { return std::make_unique<HubCocoKarpathy>(shard); }

}  // namespace assay
