#pragma once
#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <vector>

#include "benchmarks/benchmark.h"
#include "harness/scored_run.h"
#include "reports/run_record.h"

/// The same replies under several scoring profiles: their numbers side by side, and the samples on which they disagree.
namespace assay {

class Judge;

inline constexpr const char* kExplainSchema = "assay.explain/1";

/// What one profile made of the replies.
struct ProfileScores {
  BenchmarkResult result;
  std::vector<Score> scores;             ///< reply by reply
  std::map<std::string, double> scales;  ///< what a metric would be with everything right, where the benchmark says what it is made of
  ScoredBenchmark kept;                  ///< what a gate takes of these replies, where asked for
};

/// Scores the replies under each profile, the judge asked for each by itself; with `keeps`, for gates as well.
[[nodiscard]] std::vector<ProfileScores> score_profiles(const Benchmark& benchmark, const std::vector<Reply>& replies,
                                                        const std::vector<std::string>& profiles, Judge& judge, bool keeps = false);

/// A metric under each profile; NaN where a profile has none of that name, or nothing to divide by.
struct ProfileMetric {
  std::string name;
  bool is_main = false;
  std::vector<double> values;
  std::vector<std::int64_t> counts;
  /// From the first profile's value, on its scale: a fraction is held against a percentage as a percentage. NaN where either is missing or the
  /// scales differ and are not known.
  std::vector<double> differences;
};

struct ShownReply {
  std::string text;  ///< shortened
  std::int64_t letters = 0;
};

/// A sample whose value is not the same under all profiles.
struct ExplainedSample {
  std::string id, category;
  std::vector<std::string> references;
  std::vector<ShownReply> replies;  ///< one; of a dialogue every turn's
  std::vector<Score> scores;  ///< a profile each
};

struct ProfileComparison {
  std::string benchmark, split;
  std::vector<std::string> profiles;
  std::vector<std::string> rules;  ///< how each reads a reply and what it compares: Benchmark::answer_rule
  std::vector<ProfileMetric> metrics;
  std::int64_t samples = 0;
  std::int64_t disagreements = 0;
  std::vector<ExplainedSample> explained;  ///< the first of them, in the data's order
};

/// Holds the profiles against each other and takes the first `limit` samples on which they disagree. `sides` are over `replies`.
[[nodiscard]] ProfileComparison compare_profiles(const Benchmark& benchmark, const std::vector<Reply>& replies, std::span<const ProfileScores> sides,
                                                 std::size_t limit);

/// A table of metric by profile.
[[nodiscard]] std::string side_by_side_text(const ProfileComparison& comparison);
/// The rules, and the samples with each profile's answer and value.
[[nodiscard]] std::string explanation_text(const ProfileComparison& comparison);
/// All of it; reports/schema/explain-1.json describes it.
[[nodiscard]] std::string explanation_json(std::span<const ProfileComparison> comparisons);

/// At most about 200 letters of a text: its beginning and its end, where answers stand. Broken UTF-8 is replaced.
[[nodiscard]] std::string shortened(std::string_view text);

}  // namespace assay
