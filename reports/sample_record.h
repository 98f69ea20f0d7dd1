#pragma once
#include <cstdint>
#include <limits>
#include <string>
#include <vector>

#include "metrics/score.h"

/// What is kept of a sample after its run: enough to compare two runs, to list flips and to count states. The reply itself and the pictures stay
/// in the journal and the data set.
namespace assay {

inline constexpr const char* kSamplesSchema = "assay.samples/1";

struct SampleRecord {
  std::string id;
  std::string content_key;  ///< of what was asked; empty for replies of other harnesses
  std::string cluster;      ///< the picture, or whatever else the sample shares its fate with
  std::string category;
  SampleState state = SampleState::kScored;
  double value = std::numeric_limits<double>::quiet_NaN();  ///< on the sample's own scale; NaN: it has no label, or no score
  std::string answer;        ///< what was read out of the reply
  std::string reply_digest;  ///< of the reply's bytes; empty where there is no reply
  std::int64_t new_tokens = -1;     ///< written by the model; -1: not known
  std::int64_t prompt_tokens = -1;  ///< -1: not known
};

/// What a page shows of a sample beside its record. Text is as it came and may hold anything.
struct SampleText {
  std::string prompt;                  ///< empty: not known
  std::string reply;
  std::vector<std::string> references;
  std::vector<std::string> pictures;   ///< encoded thumbnails (WebP), at most a few kilobytes each; empty: not at hand
};

}  // namespace assay
