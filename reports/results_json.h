#pragma once
#include <string>
#include <string_view>

#include "reports/run_record.h"
#include "reports/run_timing.h"

namespace assay {

/// The content of results.json and of `--format json`, byte for byte; reports/schema/results-1.json describes it. A metric that had
/// nothing to divide by has null for value, low and high.
[[nodiscard]] std::string results_json(const RunRecord& record);

/// Reads it back. Throws DataError that says where and what was expected.
[[nodiscard]] RunRecord parse_results(std::string_view text, std::string_view where);

/// The content of timing.json.
[[nodiscard]] std::string timing_json(const RunTiming& timing);
[[nodiscard]] RunTiming parse_timing(std::string_view text, std::string_view where);

}  // namespace assay
