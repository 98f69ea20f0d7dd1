#pragma once
#include <cstdint>
#include <string>
#include <variant>
#include <vector>

namespace assay {

/// A cell: text, an integer, or nothing.
using XlsxCell = std::variant<std::monostate, std::string, std::int64_t>;

/// One sheet as an Excel file, the first row being the header. Letters that XML 1.0 cannot hold are left out, and a text is cut after 32,767
/// letters, Excel's own limit. Equal rows give equal bytes.
[[nodiscard]] std::string xlsx_file(const std::vector<std::vector<XlsxCell>>& rows);

}  // namespace assay
