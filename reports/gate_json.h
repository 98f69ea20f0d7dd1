#pragma once
#include <string>
#include <string_view>

#include "reports/gate_record.h"

namespace assay {

/// Every number of the decision; reports/schema/gate-1.json describes it. NaN is null; pictures are left out. Holds the exit code
/// too, which follows from the verdict.
[[nodiscard]] std::string gate_json(const GateRecord& record);

/// Reads it back. Throws DataError that says where and what was expected.
[[nodiscard]] GateRecord parse_gate_json(std::string_view text, std::string_view where);

}  // namespace assay
