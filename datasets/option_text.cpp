#include "datasets/option_text.h"

#include <fmt/format.h>

#include <array>
#include <string>

#include "datasets/text_lines.h"

namespace assay {
namespace {

constexpr std::array<std::string_view, 2> kRequests = {"Answer with ", "Please answer "};

bool is_request(std::string_view line) {
  for (const auto request : kRequests) {
    if (line.starts_with(request)) return true;
  }
  return false;
}

std::string letter_at(std::size_t place) { return std::string(1, static_cast<char>('A' + place)); }

}  // namespace

void split_option_lines(Sample& sample, std::string_view text) {
  const auto start = text.rfind("\nA. ");
  if (start == std::string_view::npos) {
    sample.question = text;
    return;
  }
  sample.question = text.substr(0, start);
  for (const auto line : split_by(text.substr(start + 1), '\n')) {
    const auto next = fmt::format("{}. ", letter_at(sample.options.size()));
    if (line.starts_with(next)) sample.options.push_back({next.substr(0, 1), std::string(line.substr(next.size()))});
    else if (is_request(line)) break;
    else sample.options.back().text += fmt::format("\n{}", line);
  }
}

std::vector<Option> split_inline_options(std::string_view line) {
  std::vector<Option> options;
  if (!line.starts_with("A. ")) return options;
  line.remove_prefix(std::string_view("A. ").size());
  while (true) {
    const auto next = fmt::format(" {}. ", letter_at(options.size() + 1));
    const auto end = line.find(next);
    options.push_back({letter_at(options.size()), std::string(line.substr(0, end))});
    if (end == std::string_view::npos) return options;
    line.remove_prefix(end + next.size());
  }
}

}  // namespace assay
