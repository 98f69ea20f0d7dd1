#pragma once
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "benchmarks/summary.h"
#include "datasets/sample.h"
#include "harness/scored_run.h"
#include "model/vlm.h"

/// Multiple-choice questions answered twice: by what the model writes, and by which option's letter it finds likeliest behind the same prompt.
namespace assay {

/// Asks for the letters' likelihoods beside the reply, where the sample has two options or more and is not answered by ranking anyway.
void rank_options(const Sample& sample, Request& request);

/// What a sample's likelihoods say.
struct LikeliestOption {
  std::string letter;      ///< empty: its options were not ranked
  bool is_right = false;
  bool has_label = false;
};

/// The letter of the option with that text, the first of equal ones. Throws InternalError where there is none.
[[nodiscard]] const std::string& letter_of(std::span<const Option> options, std::string_view text);

/// Of equal likelihoods the first option's. Nothing where texts were ranked in place of a reply: the reply says it.
[[nodiscard]] LikeliestOption likeliest_option(const Sample& sample, const Generation& generation);

/// Adds to a benchmark's metrics `likelihood.accuracy` (of the ranked questions with a label) and `likelihood.agreement` (of all ranked questions: is the
/// likeliest letter the answer that was read out of the reply?). Nothing where none was ranked.
///
/// Shapes   `likeliest` one for each of the benchmark's samples
void add_likelihood_metrics(ScoredBenchmark& benchmark, const std::vector<LikeliestOption>& likeliest);

}  // namespace assay
