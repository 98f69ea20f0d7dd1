#pragma once
#include <string>
#include <vector>

#include "harness/gate/speed_file.h"

namespace assay {

/// Two programs that time the same things.
struct Contest {
  std::string old_binary, new_binary;  ///< paths of `assay` programs
  std::vector<std::string> arguments;  ///< of each: "speed", a stage, its options
  int rounds = 9;                      ///< each program runs once in each
};

struct ContestTimings {
  SpeedFile baseline, candidate;
};

/// Runs both in turns, old new new old ..., so that a machine that drifts does so for both alike, and pools each one's repetitions. Says on stderr what is
/// under way. Leaves no file behind.
/// Throws what a program that fails ends with (ConfigError, DataError, else ModelError) with its last words, and what run_silently() throws.
[[nodiscard]] ContestTimings time_in_turns(const Contest& contest);

}  // namespace assay
