#include "metrics/relaxed_accuracy.h"

#include <cmath>
#include <optional>

#include "metrics/python_text.h"

namespace assay {
namespace {

constexpr double kMaxRelativeChange = 0.05;

std::optional<double> number_of(std::string_view text) {
  if (!text.ends_with('%')) return python::parse_float(text);
  const auto number = python::parse_float(python::strip_right(text, "%"));
  return number ? std::optional(*number / 100.0) : std::nullopt;
}

}  // namespace

bool relaxed_match(std::string_view target, std::string_view prediction) {
  const auto predicted = number_of(prediction), expected = number_of(target);
  // NaN counts as a number here, and as non-zero: every comparison with it is false, as in the source
  if (predicted && expected && *expected != 0) {
    return std::abs(*predicted - *expected) / std::abs(*expected) <= kMaxRelativeChange;
  }
  return python::lower(prediction) == python::lower(target);
}

}  // namespace assay
