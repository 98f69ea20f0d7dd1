#pragma once
#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "harness/manifest.h"
#include "metrics/metric_basis.h"
#include "reports/run_record.h"
#include "reports/run_timing.h"
#include "reports/sample_record.h"

/// A run as gates and comparisons see it: its numbers, every sample's score, and what the metrics are made of. Neither the data set nor the
/// model is needed for it any more.
namespace assay {

/// One benchmark's samples under one scoring profile.
struct ScoredBenchmark {
  BenchmarkResult result;
  std::vector<SampleRecord> samples;
  std::vector<MetricBasis> bases;
};

/// A repeated run of the same build: what it changed although nothing had changed.
struct Repeat {
  std::string benchmark, profile;
  std::int64_t samples = 0;
  std::int64_t changed_replies = 0;
  std::int64_t changed_scores = 0;
};

/// Who keeps a run as a baseline.
struct Saved {
  std::string from;  ///< the run folder
  std::string by, why;
  std::string at;  ///< ISO 8601, UTC
};

struct ScoredRun {
  std::string name;    ///< the path it was read from
  std::string digest;  ///< of everything below but `saved`
  Manifest manifest;   ///< empty for replies of other harnesses
  std::vector<ScoredBenchmark> benchmarks;
  std::vector<Repeat> repeats;
  Saved saved;
};

/// samples.json.gz of a run folder: byte-identical for equal scores.
[[nodiscard]] std::string samples_file(const std::vector<ScoredBenchmark>& benchmarks);
[[nodiscard]] std::vector<ScoredBenchmark> parse_samples_file(std::string_view bytes, std::string_view where);

/// One file that holds all of a run; `digest` is computed.
[[nodiscard]] std::string baseline_file(const ScoredRun& run);

/// From a run folder, or a file that `assay baseline save` or `assay score --save` wrote.
///
/// Throws   ModelError for a run that has not ended; DataError for what is neither, is damaged, cut short, or of a later version of the format
[[nodiscard]] ScoredRun read_scored_run(const std::filesystem::path& path);

/// Null when the run has no such benchmark under that scoring profile.
[[nodiscard]] const ScoredBenchmark* find_benchmark(const ScoredRun& run, std::string_view benchmark, std::string_view profile);

/// The names point into `benchmark`.
[[nodiscard]] std::map<std::string_view, const SampleRecord*> samples_by_id(const ScoredBenchmark& benchmark);

/// Where a run folder's time went; nothing for a file.
[[nodiscard]] std::optional<RunTiming> timing_of(const ScoredRun& run);

/// Whether the scores differ; none is equal to none.
[[nodiscard]] bool has_flipped(const SampleRecord& first, const SampleRecord& second);

/// Over the samples that both have.
[[nodiscard]] Repeat changes_between(const ScoredBenchmark& first, const ScoredBenchmark& second);

/// How the second of two runs of one build differs from the first; benchmarks that only one has are left out.
[[nodiscard]] std::vector<Repeat> repeats_of(const ScoredRun& first, const ScoredRun& second);

/// Adds further repeats up by benchmark and profile.
void add_repeats(std::vector<Repeat>& sums, const std::vector<Repeat>& more);

}  // namespace assay
