#include "datasets/python_literal.h"

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <utility>

#include "datasets/pandas_types.h"

namespace assay {
namespace {

void append_utf8(std::string& out, std::uint32_t letter) {
  const auto tail = [&](int shift) { out += static_cast<char>(0x80 | (letter >> shift & 0x3F)); };
  if (letter < 0x80) {
    out += static_cast<char>(letter);
  } else if (letter < 0x800) {
    out += static_cast<char>(0xC0 | letter >> 6);
    tail(0);
  } else if (letter < 0x10000) {
    out += static_cast<char>(0xE0 | letter >> 12);
    tail(6), tail(0);
  } else {
    out += static_cast<char>(0xF0 | letter >> 18);
    tail(12), tail(6), tail(0);
  }
}

/// Reads a literal from the front of what is left; every method says whether it could.
class LiteralReader {
 public:
  explicit LiteralReader(std::string_view text) : rest_(text) {}

  std::optional<std::vector<std::string>> list() {
    std::vector<std::string> elements;
    if (!take('[')) return std::nullopt;
    while (!take(']')) {
      if (!elements.empty() && !take(',')) return std::nullopt;
      if (!elements.empty() && take(']')) break;  // a comma behind the last element
      auto element = scalar();
      if (!element) return std::nullopt;
      elements.push_back(std::move(*element));
    }
    skip_space();
    if (!rest_.empty()) return std::nullopt;
    return elements;
  }

 private:
  void skip_space() { rest_.remove_prefix(std::min(rest_.find_first_not_of(" \t\n\r\f"), rest_.size())); }

  bool take(char c) {
    skip_space();
    if (rest_.empty() || rest_.front() != c) return false;
    rest_.remove_prefix(1);
    return true;
  }

  std::optional<std::string> scalar() {
    skip_space();
    if (rest_.empty()) return std::nullopt;
    if (rest_.front() == '\'' || rest_.front() == '"') return quoted();
    const auto word = rest_.substr(0, rest_.find_first_of(",] \t\n\r"));
    rest_.remove_prefix(word.size());
    if (word == "True" || word == "False" || word == "None") return std::string(word);
    return number(word);
  }

  static std::optional<std::string> number(std::string_view word) {
    ColumnTypeInference inference;
    inference.add(word);
    const auto type = inference.type();
    const auto digits = word.starts_with('-') || word.starts_with('+') ? word.substr(1) : word;
    const bool starts_as_number = !digits.empty() && (digits.front() == '.' || (digits.front() >= '0' && digits.front() <= '9'));
    if (!starts_as_number) return std::nullopt;  // inf and nan are names in Python
    if (type == ColumnType::kInt64 && (digits.size() == 1 || digits.front() != '0')) return pandas_text(word, type);
    if (type == ColumnType::kFloat64) return pandas_text(word, type);
    return std::nullopt;
  }

  std::optional<std::string> quoted() {
    const char quote = rest_.front();
    rest_.remove_prefix(1);
    std::string text;
    while (!rest_.empty()) {
      const char c = rest_.front();
      rest_.remove_prefix(1);
      if (c == quote) return text;
      if (c == '\n') return std::nullopt;
      if (c != '\\') {
        text += c;
      } else if (!escape(text)) {
        return std::nullopt;
      }
    }
    return std::nullopt;
  }

  bool escape(std::string& text) {
    if (rest_.empty()) return false;
    const char c = rest_.front();
    rest_.remove_prefix(1);
    switch (c) {
      case '\\':
      case '\'':
      case '"': text += c; return true;
      case 'n': text += '\n'; return true;
      case 't': text += '\t'; return true;
      case 'r': text += '\r'; return true;
      case 'x': return code_point(text, 2);
      case 'u': return code_point(text, 4);
      case 'U': return code_point(text, 8);
      default: text += '\\', text += c; return true;  // Python keeps an escape that it does not know
    }
  }

  bool code_point(std::string& text, std::size_t digit_count) {
    if (rest_.size() < digit_count) return false;
    std::uint32_t letter = 0;
    const auto* end = rest_.data() + digit_count;
    const auto [stopped, error] = std::from_chars(rest_.data(), end, letter, 16);
    if (error != std::errc{} || stopped != end || letter > 0x10FFFF || (letter >= 0xD800 && letter <= 0xDFFF)) return false;
    append_utf8(text, letter);
    rest_.remove_prefix(digit_count);
    return true;
  }

  std::string_view rest_;
};

}  // namespace

std::optional<std::vector<std::string>> python_list(std::string_view text) { return LiteralReader(text).list(); }

}  // namespace assay
