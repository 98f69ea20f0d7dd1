#pragma once
#include <string>

#include "reports/comparison_record.h"
#include "reports/text_table.h"

/// How a comparison is worded: what its reports for people share.
namespace assay {

[[nodiscard]] std::string compared_title(
    const ComparedMetric& metric);  ///< "mme perception (official)", and " *" for a main metric
[[nodiscard]] std::string pair_title(const ComparisonRecord& record, const ComparedPair& pair);  ///< "b less a"
[[nodiscard]] std::string run_name(const ComparisonRecord& record, std::size_t place);           ///< "?" for a place that is none

/// True where a run has the metric.
[[nodiscard]] bool has_value(const ComparedValue& value);

/// Metric by run, with intervals; the best says so.
[[nodiscard]] Table compared_table(const ComparisonRecord& record);
/// Name, seconds a sample, memory, digest.
[[nodiscard]] Table compared_runs_table(const ComparisonRecord& record);
/// A row for each pair: both values, difference, interval, p, flips.
[[nodiscard]] Table pairs_table(const ComparisonRecord& record);

}  // namespace assay
