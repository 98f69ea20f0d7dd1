#pragma once
#include <cstddef>
#include <span>
#include <string_view>

#include "harness/base/error.h"
#include "tests/temporary_folder.h"

namespace assay::testing {

inline std::span<const std::byte> bytes_of(std::string_view text) { return std::as_bytes(std::span(text.data(), text.size())); }

}  // namespace assay::testing
