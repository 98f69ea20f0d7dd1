#pragma once
#include <cstddef>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "benchmarks/catalog.h"
#include "harness/base/result.h"
#include "harness/scored_run.h"
#include "reports/gate_record.h"
#include "reports/page_content.h"

namespace assay {

/// From an encoded picture and its name to a small one whose longer side has at most `side` pixels.
using ThumbnailMaker = Result<std::string> (*)(std::string_view bytes, std::string_view name, int side);

/// What HTML pages show of runs beside their numbers: every sample's record, replies out of the journals, and questions and pictures out of
/// the data sets. What is not at hand (a baseline file has no replies, a CI machine may lack the data) is left out.
class RunPages {
 public:
  static constexpr std::size_t kOnePage = 8'000'000;  ///< bytes of thumbnails that fit one page; samples beyond go without
  static constexpr std::size_t kEverything = std::size_t(-1);

  /// `runs` must outlive this; without a maker there are no pictures.
  RunPages(std::span<const BenchmarkEntry> catalog, ThumbnailMaker make_thumbnail, const std::string& data_dir, std::vector<const ScoredRun*> runs,
           std::size_t most_picture_bytes = kOnePage);
  ~RunPages();
  RunPages(const RunPages&) = delete;
  RunPages& operator=(const RunPages&) = delete;

  /// All samples of all runs.
  [[nodiscard]] PageContent of_all() const;
  /// Those among `flips` alone.
  [[nodiscard]] PageContent of_flips(std::span<const Flip> flips) const;
  /// Prompts and replies into the flips themselves, first run's and second run's.
  void fill_texts(std::vector<Flip>& flips) const;

 private:
  struct Parts;
  std::unique_ptr<Parts> parts_;
};

}  // namespace assay
