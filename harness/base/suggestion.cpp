#include "harness/base/suggestion.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <numeric>
#include <vector>

namespace assay {
namespace {

std::size_t edits_between(std::string_view a, std::string_view b) {
  std::vector<std::size_t> row(b.size() + 1);
  std::iota(row.begin(), row.end(), std::size_t{0});
  for (std::size_t i = 1; i <= a.size(); ++i) {
    std::size_t diagonal = row[0];
    row[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const std::size_t above = row[j];
      row[j] = std::min({above + 1, row[j - 1] + 1, diagonal + (a[i - 1] == b[j - 1] ? 0 : 1)});
      diagonal = above;
    }
  }
  return row[b.size()];
}

}  // namespace

std::string suggestion(std::string_view name, std::span<const std::string> known) {
  const std::string* nearest = nullptr;
  std::size_t fewest = std::max<std::size_t>(2, name.size() / 3) + 1;
  for (const auto& candidate : known) {
    const bool is_part = !name.empty() && (candidate.find(name) != std::string::npos);
    const std::size_t edits = is_part ? 1 : edits_between(name, candidate);
    if (edits < fewest) fewest = edits, nearest = &candidate;
  }
  if (nearest != nullptr) return fmt::format("; did you mean \"{}\"?", *nearest);
  return fmt::format("; known: {}", fmt::join(known, ", "));
}

}  // namespace assay
