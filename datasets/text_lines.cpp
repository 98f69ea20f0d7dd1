#include "datasets/text_lines.h"

#include "datasets/json_sample.h"

namespace assay {

std::vector<std::string_view> split_by(std::string_view line, char separator) {
  std::vector<std::string_view> parts;
  for (auto end = line.find(separator); end != std::string_view::npos; end = line.find(separator)) {
    parts.push_back(line.substr(0, end));
    line.remove_prefix(end + 1);
  }
  parts.push_back(line);
  return parts;
}

std::vector<std::string_view> text_lines(std::string_view text) {
  auto lines = split_by(without_byte_order_mark(text), '\n');
  for (auto& line : lines) {
    if (line.ends_with('\r')) line.remove_suffix(1);
  }
  while (!lines.empty() && lines.back().find_first_not_of(" \t") == std::string_view::npos) lines.pop_back();
  return lines;
}

}  // namespace assay
