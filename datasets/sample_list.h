#pragma once
#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include "datasets/sample.h"

namespace assay {

/// Where the picture lies that an annotation file calls `stated`. Asked when a sample is, so that opening a set needs no look at each file.
using PictureFinder = std::function<std::filesystem::path(const std::filesystem::path& stated)>;

/// Samples that were read from small annotation files and are held in memory; their pictures are not.
class SampleList : public SampleSource {
 public:
  /// Throws DataError when two samples have one id or there are none. Each ImageRef::path is what `find_picture` gets; its name is filled in, and
  /// where it is empty `stated`.
  SampleList(std::vector<Sample> samples, std::vector<std::filesystem::path> paths, std::string digest, PictureFinder find_picture);

  [[nodiscard]] std::size_t size() const override { return samples_.size(); }
  [[nodiscard]] Sample get(std::size_t i) const override;
  [[nodiscard]] std::string digest() const override { return digest_; }
  [[nodiscard]] std::vector<std::filesystem::path> paths() const override { return paths_; }

 private:
  std::vector<Sample> samples_;
  std::vector<std::filesystem::path> paths_;
  std::string digest_;
  PictureFinder find_picture_;
};

/// The first of these that exists; the first of all when none does, so that reading it fails with a name that helps.
[[nodiscard]] std::filesystem::path first_existing(const std::vector<std::filesystem::path>& candidates);

/// A picture file that a PictureFinder has yet to find.
[[nodiscard]] ImageRef stated_picture(const std::filesystem::path& stated);

}  // namespace assay
