#pragma once
#include <optional>
#include <string_view>

namespace assay {

/// The byte that a byte-fallback token ("<0x0A>") stands for.
[[nodiscard]] inline std::optional<char> byte_of_token(std::string_view token) {
  if (token.size() != 6 || !token.starts_with("<0x") || token[5] != '>') return std::nullopt;
  int value = 0;
  for (const char digit : token.substr(3, 2)) {
    const int lower = digit | 0x20;
    if (digit >= '0' && digit <= '9') value = value * 16 + (digit - '0');
    else if (lower >= 'a' && lower <= 'f') value = value * 16 + (lower - 'a' + 10);
    else return std::nullopt;
  }
  return static_cast<char>(value);
}

}  // namespace assay
