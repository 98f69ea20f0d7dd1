#pragma once
#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "metrics/score.h"

/// The schema of a finished run's numbers. results.json, `--format json` and every report are written from these values.
namespace assay {

inline constexpr const char* kResultsSchema = "assay.results/1";

struct BenchmarkResult {
  std::string benchmark;
  std::string split;
  std::string profile;  ///< scoring profile
  std::int64_t samples = 0;
  std::map<std::string, std::int64_t> states;  ///< every state's name, zeros included
  std::vector<std::string> failed_ids;
  std::vector<Metric> metrics;
  std::string main_metric;
};

struct RunRecord {
  std::vector<BenchmarkResult> results;
  std::string weights = {};  ///< "int8": the model ran with its weights in this form; empty: as its checkpoint has them, or nobody knows
};

}  // namespace assay
