#pragma once
#include <string>

#include "reports/history_record.h"

namespace assay {

/// Every series as a table, its changes marked and told in words.
[[nodiscard]] std::string history_console(const HistoryRecord& record);

/// By reports/schema/history-1.json.
[[nodiscard]] std::string history_json(const HistoryRecord& record);

}  // namespace assay
