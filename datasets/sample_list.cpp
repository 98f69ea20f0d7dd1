#include "datasets/sample_list.h"

#include <algorithm>
#include <string_view>
#include <system_error>
#include <unordered_set>
#include <utility>

#include "harness/base/error.h"

namespace assay {

SampleList::SampleList(std::vector<Sample> samples, std::vector<std::filesystem::path> paths, std::string digest, PictureFinder find_picture)
    : samples_(std::move(samples)), paths_(std::move(paths)), digest_(std::move(digest)), find_picture_(std::move(find_picture)) {
  const auto name = paths_.empty() ? std::string("data set") : paths_.front().string();
  if (samples_.empty()) throw DataError(fmt::format("{}: no questions in it", name));
  std::unordered_set<std::string_view> ids;
  for (const auto& sample : samples_) {
    if (!ids.insert(sample.id).second) throw DataError(fmt::format("{}: the id \"{}\" comes twice", name, sample.id));
  }
}

Sample SampleList::get(std::size_t i) const {
  Sample sample = samples_.at(i);
  for (auto& image : sample.images) {
    if (image.stated.empty()) image.stated = image.path.generic_string();
    if (find_picture_) image.path = find_picture_(image.path);
    image.name = image.path.string();
  }
  return sample;
}

std::filesystem::path first_existing(const std::vector<std::filesystem::path>& candidates) {
  std::error_code ignored;
  const auto found = std::ranges::find_if(candidates, [&](const auto& path) { return std::filesystem::exists(path, ignored); });
  return found != candidates.end() ? *found : candidates.front();
}

ImageRef stated_picture(const std::filesystem::path& stated) { return {stated, 0, 0, ImageRef::Encoding::kRaw, {}}; }

}  // namespace assay
