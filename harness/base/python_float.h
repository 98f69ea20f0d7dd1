#pragma once
#include <string>

namespace assay {

/// Python's str(float): the shortest text that reads back as `value`; 1.0, 1e-05, 1e+16, inf, nan.
[[nodiscard]] std::string python_float_text(double value);

}  // namespace assay
