#pragma once
#include <string>
#include <string_view>

#include "reports/comparison_record.h"

namespace assay {

/// Every number of the comparison; reports/schema/comparison-1.json describes it. NaN is null; pictures are left out.
[[nodiscard]] std::string comparison_json(const ComparisonRecord& record);

/// Reads it back. Throws DataError that says where and what was expected.
[[nodiscard]] ComparisonRecord parse_comparison_json(std::string_view text, std::string_view where);

}  // namespace assay
