#include "model/tokenizer/text_pattern.h"

namespace assay {

std::vector<UnicodeRegex::Range> find_all(const TextPattern& pattern, std::string_view text) {
  if (const auto* regex = std::get_if<UnicodeRegex>(&pattern)) return regex->matches(text);
  const auto& literal = std::get<std::string>(pattern);
  std::vector<UnicodeRegex::Range> found;
  if (literal.empty()) return found;
  for (auto at = text.find(literal); at != std::string_view::npos; at = text.find(literal, at + literal.size())) {
    found.emplace_back(at, at + literal.size());
  }
  return found;
}

std::string replace_all(std::string_view text, const TextPattern& pattern, std::string_view content) {
  std::string out;
  out.reserve(text.size());
  std::size_t done = 0;
  for (const auto& [begin, end] : find_all(pattern, text)) {
    out += text.substr(done, begin - done);
    out += content;
    done = end;
  }
  out += text.substr(done);
  return out;
}

}  // namespace assay
