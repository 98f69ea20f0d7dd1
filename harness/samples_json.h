#pragma once
#include <functional>
#include <string_view>
#include <vector>

#include "harness/base/json.h"
#include "harness/scored_run.h"

/// Scored benchmarks as JSON; samples.json.gz and baselines share it.
namespace assay {

/// Takes the pieces of a text, one behind the other.
using TextSink = std::function<void(std::string_view)>;

/// Hands over the text sample by sample, so that it is nowhere held as a whole: the bytes of json::dump over what read_samples reads.
void write_samples(const std::vector<ScoredBenchmark>& benchmarks, const TextSink& out);

/// Throws DataError that says where and what was expected; a later version of the format is named as such.
[[nodiscard]] std::vector<ScoredBenchmark> read_samples(const json::Value& value, std::string_view where);

/// Throws DataError unless `object` has "schema": `expected` ("assay.samples/1"), and says so where the version is a later one.
void check_schema(const json::Value& object, std::string_view expected, std::string_view where);

}  // namespace assay
