#include "metrics/anls.h"

#include <algorithm>
#include <limits>

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

/// A text as the distance sees it, worked out once: a prediction is compared with every answer.
struct Compared {
  explicit Compared(std::string_view text) : letters(normalized(text)), raw_length(python::length(python::upper(text))) {}

  std::u32string letters;
  std::size_t raw_length;
};

double share(std::size_t distance, const Compared& a, const Compared& b) {
  const std::size_t length = std::max(a.raw_length, b.raw_length);
  return length == 0 ? 0.0 : static_cast<double>(distance) / static_cast<double>(length);
}

double distance_of(const Compared& prediction, const Compared& answer) { return share(edit_distance(answer.letters, prediction.letters), prediction, answer); }

/// The same, or where the lengths alone put it beyond the threshold, what they put it at: a text of megabytes is not compared letter by letter.
double distance_up_to_threshold(const Compared& prediction, const Compared& answer) {
  const auto a = prediction.letters.size(), b = answer.letters.size();
  const double least = share(a > b ? a - b : b - a, prediction, answer);
  return 1 - least < kThreshold ? least : distance_of(prediction, answer);
}

}  // namespace

double anls_distance(std::string_view prediction, std::string_view answer) { return distance_of(Compared(prediction), Compared(answer)); }

double anls(std::string_view prediction, std::span<const std::string> answers) {
  if (answers.empty()) return 0;
  const Compared predicted(prediction);
  double nearest = std::numeric_limits<double>::infinity();
  for (const auto& answer : answers) nearest = std::min(nearest, distance_up_to_threshold(predicted, Compared(answer)));
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
