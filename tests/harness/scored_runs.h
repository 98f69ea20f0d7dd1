#pragma once
#include <fmt/format.h>

#include <string>

#include "harness/scored_run.h"
#include "metrics/interval.h"

/// Made-up runs for what compares runs.
namespace assay::testing {

struct RunShape {
  int samples = 100;
  int right = 80;  ///< the first ones
  std::string data_digest = "data";
  std::string weights = "weights";
};

/// A benchmark "fake" of yes/no questions, one on each picture, accuracy in percent.
inline ScoredRun scored_run(const RunShape& shape) {
  ScoredBenchmark benchmark;
  MetricBasis basis{"accuracy", 100, Formula::kMean, Combination::kMean, {}};
  for (int i = 0; i < shape.samples; ++i) {
    const double value = i < shape.right ? 1 : 0;
    SampleRecord sample;
    sample.id = fmt::format("{}", i), sample.cluster = fmt::format("picture {}", i), sample.content_key = fmt::format("key {}", i);
    sample.category = i % 2 == 0 ? "even" : "odd";
    sample.value = value, sample.answer = value == 1 ? "yes" : "no", sample.reply_digest = sample.answer;
    sample.new_tokens = 3, sample.prompt_tokens = 20;
    basis.rows.push_back({sample.id, sample.cluster, "", {value}});
    benchmark.samples.push_back(std::move(sample));
  }
  BenchmarkResult& result = benchmark.result;
  result.benchmark = "fake", result.split = "test", result.profile = "plain", result.samples = shape.samples, result.main_metric = "accuracy";
  for (const auto state : kSampleStates) result.states[name_of(state)] = 0;
  result.states["scored"] = shape.samples;
  const double share = static_cast<double>(shape.right) / shape.samples;
  const Interval interval = wilson_interval(share, shape.samples);
  result.metrics = {{"accuracy", 100 * share, shape.samples, {100 * interval.low, 100 * interval.high}, "questions"}};
  benchmark.bases = {std::move(basis)};
  ScoredRun run;
  run.name = "runs/fake", run.digest = "0000";
  run.manifest.fixed = {{"assay", "\"0.1.0\""}, {"model.weights_digest", fmt::format("\"{}\"", shape.weights)}, {"fake.data_digest", fmt::format("\"{}\"", shape.data_digest)}};
  run.manifest.noted = {{"host", "\"here\""}};
  run.benchmarks = {std::move(benchmark)};
  return run;
}

}  // namespace assay::testing
