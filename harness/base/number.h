#pragma once
#include <charconv>
#include <optional>
#include <string_view>
#include <system_error>

namespace assay {

/// All of `text` as a number; nothing when it is none, when more stands behind it, or when it does not fit the type.
template <typename T>
[[nodiscard]] std::optional<T> parse_number(std::string_view text) {
  T value{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  return error == std::errc() && end == text.data() + text.size() ? std::optional(value) : std::nullopt;
}

}  // namespace assay
