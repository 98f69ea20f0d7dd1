#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include "reports/gate_record.h"
#include "reports/html/page.h"
#include "reports/page_content.h"
#include "reports/page_files.h"

/// The page's samples as data for its script.
namespace assay::html {

/// What became of a sample from the first run to the others. The numbers stand in the page's data.
enum class Change : std::uint8_t { kSame = 0, kLost = 1, kGained = 2, kOtherReply = 3, kScoresDiffer = 4 };
[[nodiscard]] Change change_of(const PageSample& sample);

constexpr std::size_t kMostSampleBytes = 18'000'000;
constexpr std::size_t kPartBytes = 1'000'000;

/// At most about `most_bytes`. Where that is too little, long texts are cut, then pictures of samples that did not change are left
/// out, then samples that did not change.
[[nodiscard]] SampleData sample_data(const PageContent& content, std::size_t most_bytes = kMostSampleBytes);

/// What the list shows, for the page itself, and the rest in scripts for a folder beside it: texts whole, in the order of the list, and each
/// picture once, in the order of its first sample. A part has about `part_bytes`, and a row that is longer has one to itself. The page
/// loads a part when one of its samples is opened, and all texts, one part after the other, when they are searched.
struct PartedSamples {
  SampleData list;
  std::vector<ReportFile> parts;  ///< FOLDER/texts-0000.js, FOLDER/pictures-0000.js, ...
};
[[nodiscard]] PartedSamples parted_samples(const PageContent& content, const std::string& folder,
                                           std::size_t most_list_bytes = kMostSampleBytes, std::size_t part_bytes = kPartBytes);

/// Flips as samples of two runs, for a page that has nothing else.
[[nodiscard]] std::vector<PageSample> samples_of(const std::vector<Flip>& flips);

}  // namespace assay::html
