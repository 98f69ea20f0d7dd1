#include <algorithm>

#include "metrics/caption.h"
#include "metrics/python_text.h"

namespace assay {
namespace {

using Tokens = std::vector<std::string_view>;

std::size_t longest_common_subsequence(const Tokens& a, const Tokens& b) {
  std::vector<std::size_t> row(b.size() + 1, 0);
  for (const auto token : a) {
    std::size_t diagonal = 0;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const auto above = row[j];
      row[j] = token == b[j - 1] ? diagonal + 1 : std::max(above, row[j - 1]);
      diagonal = above;
    }
  }
  return row.back();
}

}  // namespace

double rouge_l(const Caption& caption) {
  constexpr double kBeta = 1.2;
  const Tokens candidate = python::split(caption.candidate, " ");
  double precision = 0, recall = 0;
  for (const auto& text : caption.references) {
    const Tokens reference = python::split(text, " ");
    const auto common = static_cast<double>(longest_common_subsequence(reference, candidate));
    precision = std::max(precision, common / static_cast<double>(candidate.size()));
    recall = std::max(recall, common / static_cast<double>(reference.size()));
  }
  if (precision == 0 || recall == 0) return 0;
  return ((1 + kBeta * kBeta) * precision * recall) / (recall + kBeta * kBeta * precision);
}

}  // namespace assay
