#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include "metrics/score.h"

/// The schema of a history: the main metrics of runs made one after the other, and where they took another level.
namespace assay {

inline constexpr const char* kHistorySchema = "assay.history/1";

struct HistoryRun {
  std::string path, digest;
  std::string saved_at;  ///< of a baseline file; empty: a run folder
};

struct HistoryValue {
  std::int64_t run = 0;  ///< its place among the runs
  double value = 0;
  Interval interval;     ///< at 95 %
};

/// The first run of another level.
struct HistoryChange {
  std::int64_t run = 0;          ///< its place among the runs
  double before = 0, after = 0;  ///< means of the levels on either side
  double p_value = 1;            ///< of the series: "there is one level"
  double difference = 0;         ///< of this run and the one before it, sample by sample
  Interval interval;
  double confidence = 0.9;
  std::string test;
};

/// One metric over runs that can be compared with each other.
struct HistorySeries {
  std::string benchmark, profile, metric;
  std::string beginning;  ///< why it begins after the first run: what differs; empty: it does not
  std::vector<HistoryValue> values;
  std::vector<HistoryChange> changes;
};

struct HistoryRecord {
  double alpha = 0.05;
  std::vector<HistoryRun> runs;
  std::vector<HistorySeries> series;
};

}  // namespace assay
