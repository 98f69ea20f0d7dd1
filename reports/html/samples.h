#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include "reports/gate_record.h"
#include "reports/page_content.h"

/// The page's samples as data for its script (page.js says how a sample is laid out).
namespace assay::html {

/// What became of a sample from the first run to the others. The numbers stand in the page's data.
enum class Change : std::uint8_t { kSame = 0, kLost = 1, kGained = 2, kOtherReply = 3, kScoresDiffer = 4 };
[[nodiscard]] Change change_of(const PageSample& sample);

struct SampleData {
  std::string json;                ///< safe inside a script element; empty for no samples
  std::vector<std::string> notes;  ///< what had to be left out
};

constexpr std::size_t kMostSampleBytes = 18'000'000;

/// At most about `most_bytes`. Where that is too little, long texts are cut, then pictures of samples that did not change are left
/// out, then samples that did not change.
[[nodiscard]] SampleData sample_data(const PageContent& content, std::size_t most_bytes = kMostSampleBytes);

/// Flips as samples of two runs, for a page that has nothing else.
[[nodiscard]] std::vector<PageSample> samples_of(const std::vector<Flip>& flips);

}  // namespace assay::html
