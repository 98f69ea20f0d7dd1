#include "metrics/judge_reading.h"

#include "metrics/python_text.h"

namespace assay {

std::optional<double> read_whole_grade(std::string_view reply) {
  const auto grade = python::parse_float(reply);
  return grade && *grade >= 0 && *grade <= 1 ? grade : std::nullopt;
}

std::optional<double> read_grade(std::string_view reply) { return read_whole_grade(python::split(reply, " ").front()); }

std::optional<std::array<double, 2>> read_score_pair(std::string_view reply) {
  const std::string line = python::replace(python::split(reply, "\n").front(), ",", " ");
  const auto parts = python::split(line, " ");
  if (parts.size() != 2) return std::nullopt;
  const auto first = python::parse_float(parts[0]), second = python::parse_float(parts[1]);
  if (!first || !second) return std::nullopt;
  return std::array{*first, *second};
}

std::optional<char> read_preference(std::string_view reply) {
  const std::string lowered = python::lower(reply);
  const bool prefers_a = lowered.find("response a is better") != std::string::npos, prefers_b = lowered.find("response b is better") != std::string::npos;
  if (prefers_a == prefers_b) return std::nullopt;
  return prefers_a ? 'A' : 'B';
}

char read_rating(std::string_view reply) {
  constexpr std::string_view kMark = "Rating:", kPunctuation = "!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~";
  const auto at = reply.find(kMark);
  if (at == std::string_view::npos) return 'C';
  const auto line = python::split(reply.substr(at + kMark.size()), "\n").front();
  const auto rating = python::strip(python::strip(line), kPunctuation);
  return rating == "A" || rating == "B" ? rating.front() : 'C';
}

}  // namespace assay
