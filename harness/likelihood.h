#pragma once
#include <string>
#include <vector>

#include "benchmarks/summary.h"
#include "datasets/sample.h"
#include "harness/scored_run.h"
#include "model/vlm.h"

/// Multiple-choice questions answered twice: by what the model writes, and by which option's letter it finds likeliest behind the same prompt.
namespace assay {

/// Asks for the letters' likelihoods beside the reply, where the sample has two options or more.
void rank_options(const Sample& sample, Request& request);

/// What a sample's likelihoods say.
struct LikeliestOption {
  std::string letter;      ///< empty: its options were not ranked
  bool is_right = false;
  bool has_label = false;
};

/// Of equal likelihoods the first option's.
[[nodiscard]] LikeliestOption likeliest_option(const Sample& sample, const Generation& generation);

/// Adds to a benchmark's metrics `likelihood.accuracy` (of the ranked questions with a label) and `likelihood.agreement` (of all ranked questions: is the
/// likeliest letter the answer that was read out of the reply?). Nothing where none was ranked.
///
/// Shapes   `likeliest` one for each of the benchmark's samples
void add_likelihood_metrics(ScoredBenchmark& benchmark, const std::vector<LikeliestOption>& likeliest);

}  // namespace assay
