#pragma once
#include <cstdint>
#include <string>

#include "metrics/score.h"

/// How the reports for people write numbers. "none" stands for NaN everywhere.
namespace assay {

[[nodiscard]] std::string number_text(double value);                ///< "0.8123"
[[nodiscard]] std::string signed_text(double value);                ///< "-0.0213"
[[nodiscard]] std::string interval_text(const Interval& interval);  ///< "[0.2000, 0.9000]"
[[nodiscard]] std::string share_text(double share);                 ///< 0.048 as "4.8 %"
[[nodiscard]] std::string probability_text(double p);               ///< "0.0123", "< 0.0001"
[[nodiscard]] std::string count_text(std::int64_t count);           ///< "12,345"
[[nodiscard]] std::string bytes_text(double bytes);                 ///< "1.50 GiB"; below 0, which is not known: "none"

/// A sample's own value: "1", "0.5", "0.3333".
[[nodiscard]] std::string value_text(double value);

/// The shortest text that reads back as the same number, for programs; NaN and infinities as `not_finite`.
[[nodiscard]] std::string exact_text(double value, const char* not_finite = "");

}  // namespace assay
