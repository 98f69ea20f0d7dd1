#pragma once
#include <string_view>

namespace assay {

/// Whether a table's row is about `name`: `pattern` is the name, or with * behind it the beginning of several.
[[nodiscard]] constexpr bool fits_pattern(std::string_view pattern, std::string_view name) {
  return pattern.ends_with('*') ? name.starts_with(pattern.substr(0, pattern.size() - 1)) : name == pattern;
}

}  // namespace assay
