#pragma once
#include <cstdint>

#include "harness/base/json.h"

namespace arrow {
class Array;
}

namespace assay {

/// One value of an Arrow array as JSON: texts, numbers, booleans, lists and structs as such, anything else as Arrow prints it. Raw bytes are null.
[[nodiscard]] json::Value arrow_value(const arrow::Array& array, std::int64_t row, json::Document::AllocatorType& allocator);

}  // namespace assay
