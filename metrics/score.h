#pragma once
#include <array>
#include <cstdint>
#include <string>

namespace assay {

/// A confidence interval, on the scale of the value it belongs to.
struct Interval {
  double low = 0;
  double high = 0;
};

/// A number over samples, on the scale that the official tool prints.
struct Metric {
  std::string name;        ///< the sheet's words in snake_case: "existence.acc_plus"
  double value = 0;        ///< NaN when there was nothing to divide by
  std::int64_t count = 0;  ///< how many units the value divides by
  Interval interval;       ///< 95 %
  std::string divides_by;  ///< what `count` counts: "questions", "pictures with two questions", "circular groups"
};

/// What became of one sample. Only kError lacks a reply; each state has its own budget in the gate.
enum class SampleState { kScored, kUnparsed, kTruncated, kEmpty, kError, kJudgeFailed };
inline constexpr std::array kSampleStates = {SampleState::kScored, SampleState::kUnparsed, SampleState::kTruncated,
                                             SampleState::kEmpty,  SampleState::kError,    SampleState::kJudgeFailed};

[[nodiscard]] constexpr const char* name_of(SampleState state) {
  switch (state) {
    case SampleState::kScored: return "scored";
    case SampleState::kUnparsed: return "unparsed";
    case SampleState::kTruncated: return "truncated";
    case SampleState::kEmpty: return "empty";
    case SampleState::kError: return "error";
    case SampleState::kJudgeFailed: return "judge-failed";
  }
  return "?";
}

/// One sample's score.
struct Score {
  double value = 0;  ///< on the sample's own scale: 0 or 1 for right and wrong, [0, 1] for graded
  SampleState state = SampleState::kScored;
  std::string answer;  ///< what was read out of the reply
};

}  // namespace assay
