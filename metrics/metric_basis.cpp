#include "metrics/metric_basis.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <functional>
#include <iterator>
#include <limits>
#include <map>
#include <span>

#include "harness/base/error.h"
#include "metrics/caption.h"

namespace assay {
namespace {

constexpr double kNan = std::numeric_limits<double>::quiet_NaN();

struct FormulaEntry {
  Formula formula;
  const char* name;
  std::size_t columns;
};
constexpr FormulaEntry kFormulas[] = {
    {Formula::kMean, "mean", 1},    {Formula::kRatio, "ratio", 2},  {Formula::kF1, "f1", 3},       {Formula::kBleu1, "bleu_1", kBleuColumns},
    {Formula::kBleu2, "bleu_2", kBleuColumns}, {Formula::kBleu3, "bleu_3", kBleuColumns}, {Formula::kBleu4, "bleu_4", kBleuColumns},
};
struct CombinationEntry {
  Combination combination;
  const char* name;
};
constexpr CombinationEntry kCombinations[] = {{Combination::kSum, "sum"}, {Combination::kMean, "mean"}};

const FormulaEntry& entry_of(Formula formula) {
  return *std::ranges::find(kFormulas, formula, &FormulaEntry::formula);
}

template <typename Entries>
const auto& named(const Entries& entries, const std::string& name, const char* what) {
  const auto found = std::ranges::find_if(entries, [&](const auto& entry) { return entry.name == name; });
  if (found != std::end(entries)) return *found;
  std::vector<std::string> known;
  for (const auto& entry : entries) known.emplace_back(entry.name);
  throw DataError(fmt::format("no {} is named \"{}\"; there are {}", what, name, fmt::join(known, ", ")));
}

double quotient(double part, double whole) { return whole == 0 ? 0 : part / whole; }

double bleu_of(const double* sums, std::size_t words) { return bleu(std::span<const double, kBleuColumns>(sums, kBleuColumns))[words - 1]; }

double part_value(Formula formula, const double* sums) {
  switch (formula) {
    case Formula::kMean: return sums[0];
    case Formula::kRatio: return quotient(sums[0], sums[1]);
    case Formula::kF1: return quotient(2 * sums[0], 2 * sums[0] + sums[1] + sums[2]);
    case Formula::kBleu1: return bleu_of(sums, 1);
    case Formula::kBleu2: return bleu_of(sums, 2);
    case Formula::kBleu3: return bleu_of(sums, 3);
    case Formula::kBleu4: return bleu_of(sums, 4);
  }
  return kNan;
}

}  // namespace

const char* name_of(Formula formula) { return entry_of(formula).name; }
const char* name_of(Combination combination) {
  return std::ranges::find(kCombinations, combination, &CombinationEntry::combination)->name;
}
Formula formula_named(const std::string& name) { return named(kFormulas, name, "formula").formula; }
Combination combination_named(const std::string& name) { return named(kCombinations, name, "combination").combination; }

std::size_t columns_of(Formula formula) { return entry_of(formula).columns; }

double combined(Formula formula, Combination combination, const double* sums, std::size_t count) {
  const std::size_t columns = columns_of(formula);
  if (count % columns != 0) throw DataError(fmt::format("{} reads {} columns a part, got {}", name_of(formula), columns, count));
  if (count == 0) return kNan;
  double total = 0;
  for (std::size_t at = 0; at < count; at += columns) total += part_value(formula, sums + at);
  return combination == Combination::kSum ? total : total / static_cast<double>(count / columns);
}

double value_of(const MetricBasis& basis) {
  if (basis.rows.empty()) return kNan;
  if (basis.formula == Formula::kMean) {
    double sum = 0;
    for (const auto& row : basis.rows) sum += row.values.at(0);
    return basis.scale * sum / static_cast<double>(basis.rows.size());
  }
  std::map<std::string, std::vector<double>> strata;
  for (const auto& row : basis.rows) {
    auto& sums = strata[row.stratum];
    sums.resize(row.values.size());
    std::ranges::transform(sums, row.values, sums.begin(), std::plus<>());
  }
  std::vector<double> all;
  for (const auto& [name, sums] : strata) all.insert(all.end(), sums.begin(), sums.end());
  return basis.scale * combined(basis.formula, basis.combination, all.data(), all.size());
}

double full_scale(const MetricBasis& basis) {
  if (basis.formula == Formula::kMean || basis.combination == Combination::kMean || basis.rows.empty()) return basis.scale;
  std::map<std::string, std::size_t> strata;
  for (const auto& row : basis.rows) strata[row.stratum] = row.values.size() / columns_of(basis.formula);
  double parts = 0;
  for (const auto& [name, count] : strata) parts += static_cast<double>(count);
  return basis.scale * parts;
}

}  // namespace assay
