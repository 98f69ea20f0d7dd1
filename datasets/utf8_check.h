#pragma once
#include <cstddef>
#include <string_view>

namespace assay {

/// The offset of the first byte that is not part of well-formed UTF-8 (Unicode 15.0, table 3-7), or npos. Plain ASCII passes eight bytes at a
/// time: a cell with a picture has megabytes of it.
[[nodiscard]] std::size_t first_invalid_utf8(std::string_view text);

}  // namespace assay
