#pragma once
#include <span>
#include <string>

#include "benchmarks/benchmark.h"

namespace assay {

/// What MMBench's server takes: an Excel table of index, question, A to D (and further options), prediction, and what else the rows carry.
[[nodiscard]] Submission mmbench_submission(const std::string& name, std::span<const Reply> replies);

}  // namespace assay
