#pragma once
#include <string>

#include "reports/run_record.h"
#include "reports/run_timing.h"

namespace assay {

/// A sentence on the form of the model's weights, where it is not its checkpoint's: to be read before any number. Else empty.
[[nodiscard]] std::string weights_text(const RunRecord& record);

/// A table a benchmark for a terminal: every metric with its 95 % interval and what it divides by, then states and failed samples.
[[nodiscard]] std::string console_report(const RunRecord& record);

/// The same as Markdown. Texts from models and data sets are escaped.
[[nodiscard]] std::string markdown_report(const RunRecord& record);

/// One line a benchmark and profile: the main metric with its interval. Empty for a single one, whose table says it.
[[nodiscard]] std::string console_summary(const RunRecord& record);

/// One paragraph: where the time went, and how much work was shared.
[[nodiscard]] std::string console_timing(const RunTiming& timing);

}  // namespace assay
