#pragma once
#include <array>

#include "reports/run_timing.h"

namespace assay {

struct StageTime {
  const char* name;
  double ms;
};

/// The stages of a run in the order in which a sample goes through them, in the words that reports use.
[[nodiscard]] std::array<StageTime, 5> stage_times(const RunTiming& timing);

[[nodiscard]] double total_ms(const RunTiming& timing);

}  // namespace assay
