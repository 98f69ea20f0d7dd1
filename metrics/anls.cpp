#include "metrics/anls.h"

#include <algorithm>

#include "metrics/edit_distance.h"
#include "metrics/python_text.h"

namespace assay {
namespace {

constexpr double kThreshold = 0.5;

/// ' '.join(text.strip().lower().split())
std::u32string normalized(std::string_view text) {
  const std::string lowered = python::lower(python::strip(text));
  std::string joined;
  for (const auto word : python::split(lowered)) {
    if (!joined.empty()) joined += ' ';
    joined += word;
  }
  return python::decode(joined);
}

}  // namespace

double anls_distance(std::string_view prediction, std::string_view answer) {
  const std::size_t distance = edit_distance(normalized(answer), normalized(prediction));
  const std::size_t length = std::max(python::length(python::upper(answer)), python::length(python::upper(prediction)));
  return length == 0 ? 0.0 : static_cast<double>(distance) / static_cast<double>(length);
}

double anls(std::string_view prediction, std::span<const std::string> answers) {
  if (answers.empty()) return 0;
  double nearest = anls_distance(prediction, answers.front());
  for (const auto& answer : answers.subspan(1)) nearest = std::min(nearest, anls_distance(prediction, answer));
  const double similarity = 1 - nearest;
  return similarity < kThreshold ? 0 : similarity;
}

double anls_pix2struct(std::string_view prediction, std::span<const std::string> answers) {
  const auto predicted = python::decode(python::lower(prediction));
  double best = 0;
  for (const auto& answer : answers) {
    const auto expected = python::decode(python::lower(answer));
    const std::size_t length = std::max(expected.size(), predicted.size());
    const double distance = length == 0 ? 0 : static_cast<double>(edit_distance(expected, predicted)) / static_cast<double>(length);
    if (distance < kThreshold) best = std::max(best, 1 - distance);
  }
  return best;
}

}  // namespace assay
