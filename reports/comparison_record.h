#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include "metrics/score.h"
#include "reports/gate_record.h"

/// The schema of a comparison of several runs.
namespace assay {

inline constexpr const char* kComparisonSchema = "assay.comparison/1";

/// One run among those compared.
struct ComparedRun {
  std::string name;          ///< short and unique in the comparison
  std::string path, digest;
  double seconds_per_sample = -1;      ///< -1: not known
  double peak_memory_bytes = -1;
};

/// One metric in one run.
struct ComparedValue {
  Metric metric;        ///< `count` 0 where the run lacks it
  bool is_best = false; ///< better than every other run by a real difference
};

struct ComparedMetric {
  std::string benchmark, profile, metric;
  bool is_main = false;
  std::vector<ComparedValue> values;  ///< one for each run, in their order
};

/// Two runs on one metric.
struct ComparedPair {
  std::size_t first = 0, second = 0;  ///< places among the runs; the difference is second less first
  GatedMetric metric;
  std::vector<Flip> flips;            ///< some of them, the ones that fell first
};

struct ComparisonRecord {
  std::vector<ComparedRun> runs;
  std::vector<ComparedMetric> metrics;
  std::vector<ComparedPair> pairs;
  std::vector<GateCheck> differences;  ///< manifest members that differ between runs: other prompts, other picture pipelines
};

}  // namespace assay
