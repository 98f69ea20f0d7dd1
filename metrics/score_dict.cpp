#include "metrics/score_dict.h"

#include <algorithm>
#include <cmath>

#include "metrics/python_text.h"

namespace assay {
namespace {

/// Walks over a dict literal of texts and numbers.
class Reader {
 public:
  explicit Reader(std::string_view text) : rest_(text) {}

  [[nodiscard]] bool take(char wanted) {
    skip_space();
    if (rest_.empty() || rest_.front() != wanted) return false;
    rest_.remove_prefix(1);
    return true;
  }
  [[nodiscard]] bool is_at_end() {
    skip_space();
    return rest_.empty();
  }
  /// 'a' or "a", without escapes.
  std::optional<std::string> quoted() {
    skip_space();
    if (rest_.empty() || (rest_.front() != '\'' && rest_.front() != '"')) return std::nullopt;
    const auto end = rest_.find(rest_.front(), 1);
    if (end == std::string_view::npos || rest_.substr(0, end).find('\\') != std::string_view::npos) return std::nullopt;
    std::string text(rest_.substr(1, end - 1));
    rest_.remove_prefix(end + 1);
    return text;
  }
  /// What stands before the next comma or brace.
  std::string bare() {
    skip_space();
    const auto end = std::min(rest_.find_first_of(",}"), rest_.size());
    std::string text(python::strip(rest_.substr(0, end)));
    rest_.remove_prefix(end);
    return text;
  }

 private:
  void skip_space() { rest_.remove_prefix(std::min(rest_.find_first_not_of(" \t\r\n"), rest_.size())); }
  std::string_view rest_;
};

constexpr double kHighest = 10;

}  // namespace

std::optional<std::map<std::string, double>> read_score_dict(std::string_view text) {
  const auto begin = text.find('{'), end = text.rfind('}');
  if (begin == std::string_view::npos || end == std::string_view::npos || end < begin) return std::nullopt;
  Reader reader(text.substr(begin, end - begin + 1));
  std::map<std::string, double> scores;
  bool is_closed = !reader.take('{') || reader.take('}');
  while (!is_closed) {
    const auto key = reader.quoted();
    if (!key || !reader.take(':')) return std::nullopt;
    const auto text_value = reader.quoted();
    const std::string value = text_value ? *text_value : reader.bare();
    if (value != "None" || text_value) {
      const auto number = python::parse_float(value);
      if (number && std::isfinite(*number)) scores[*key] = std::clamp(std::trunc(*number), 0.0, kHighest);
      else if (!text_value) return std::nullopt;  // a text that is no number only leaves its dimension out
    }
    const bool has_comma = reader.take(',');
    is_closed = reader.take('}');
    if (!is_closed && !has_comma) return std::nullopt;
  }
  return reader.is_at_end() ? std::optional(scores) : std::nullopt;
}

}  // namespace assay
