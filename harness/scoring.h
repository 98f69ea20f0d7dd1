#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "benchmarks/benchmark.h"
#include "harness/base/result.h"
#include "harness/scored_run.h"
#include "model/vlm.h"
#include "reports/run_record.h"

namespace assay {

/// What a run says about a reply before anybody reads it: error, truncated (the length limit cut it), empty, or else scored.
[[nodiscard]] SampleState state_of(const Result<Generation>& generation);

/// One reply's score; its state is the reply's own where that is not kScored. What the benchmark throws as an Error becomes state
/// kError with the message in `error`; InternalError and bad_alloc pass through.
[[nodiscard]] Score score_reply(const Benchmark& benchmark, const Reply& reply, std::string_view profile, std::string* error = nullptr);

/// Scores `replies`, in their order, and computes the metrics over all of them. The scored replies go to `kept`, for whoever looks at them one by one.
[[nodiscard]] BenchmarkResult score_all(const Benchmark& benchmark, std::vector<Reply> replies, std::string_view profile,
                                        std::vector<ScoredReply>* kept = nullptr);

/// The same with every sample's record and what the metrics are made of, out of replies that score_all has kept. Token counts and content keys of the
/// samples are the caller's.
[[nodiscard]] ScoredBenchmark scored_benchmark(const Benchmark& benchmark, BenchmarkResult result, const std::vector<ScoredReply>& scored);

}  // namespace assay
