#pragma once
#include <string>

namespace assay {

/// "2026-11-22"
[[nodiscard]] std::string today_utc();
/// "2026-11-22T12:30:00Z"
[[nodiscard]] std::string now_utc();

}  // namespace assay
