#pragma once
#include <string_view>
#include <vector>

#include "harness/base/json.h"
#include "harness/scored_run.h"

/// Scored benchmarks as JSON; samples.json.gz and baselines share it.
namespace assay {

[[nodiscard]] json::Value samples_value(const std::vector<ScoredBenchmark>& benchmarks, json::Document::AllocatorType& allocator);

/// Throws DataError that says where and what was expected; a later version of the format is named as such.
[[nodiscard]] std::vector<ScoredBenchmark> read_samples(const json::Value& value, std::string_view where);

/// Throws DataError unless `object` has "schema": `expected` ("assay.samples/1"), and says so where the version is a later one.
void check_schema(const json::Value& object, std::string_view expected, std::string_view where);

}  // namespace assay
