#pragma once
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string_view>

/// Letters of text that is known to be valid UTF-8.
namespace assay {

/// Bytes of the letter that begins with `first`.
[[nodiscard]] inline std::size_t letter_length(char first) {
  const auto byte = static_cast<std::uint8_t>(first);
  return byte < 0x80 ? 1 : byte < 0xE0 ? 2 : byte < 0xF0 ? 3 : 4;
}

/// The letter that begins `text`, which is not empty.
[[nodiscard]] inline char32_t first_letter(std::string_view text) {
  const std::size_t length = std::min(letter_length(text[0]), text.size());
  const auto first = static_cast<std::uint8_t>(text[0]);
  char32_t letter = length == 1 ? first : first & (0x7F >> length);
  for (std::size_t i = 1; i < length; ++i) letter = letter << 6 | (static_cast<std::uint8_t>(text[i]) & 0x3F);
  return letter;
}

/// The bytes of the letter that ends `text`, which is not empty.
[[nodiscard]] inline std::string_view last_letter_bytes(std::string_view text) {
  std::size_t begin = text.size() - 1;
  while (begin > 0 && (static_cast<std::uint8_t>(text[begin]) & 0xC0) == 0x80) --begin;
  return text.substr(begin);
}

}  // namespace assay
