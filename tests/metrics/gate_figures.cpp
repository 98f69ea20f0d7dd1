#include "tests/metrics/gate_figures.h"

#include <fmt/format.h>

#include <cmath>

namespace assay::simulation {
namespace {

std::string share_text(double share) { return std::isnan(share) ? "–" : fmt::format("{:.3f}", share); }
std::string points(double drop) { return fmt::format("{:.3g} pt", 100 * drop); }
std::string percent(double share) { return fmt::format("{:.3g} %", 100 * share); }

/// Lines of figures.csv.
class Csv {
 public:
  explicit Csv(int runs) : runs_(runs) {}
  void share(const std::string& cell, const char* rule, double value) {
    if (!std::isnan(value)) number(cell, rule, value, standard_error_of(value, runs_));
  }
  void number(const std::string& cell, const char* rule, double value, double error) {
    text_ += fmt::format("{},{},{:.6g},{}\n", cell, rule, value, std::isnan(error) ? "" : fmt::format("{:.2g}", error));
  }
  [[nodiscard]] const std::string& text() const { return text_; }

 private:
  int runs_;
  std::string text_ = "table,samples,flip_rate,true_drop,clusters,cluster_size,correlation,metrics,rule,value,standard_error\n";
};

std::string cell_of(const char* table, const Pairs& pairs) {
  return fmt::format("{},{},{:g},{:g},{},1,0,1", table, pairs.samples, pairs.flip_rate, pairs.drop, pairs.samples);
}

void add_rules(Csv& csv, const char* table, const std::vector<Simulated<Pairs, RuleRates>>& cells) {
  for (const auto& [pairs, r] : cells) {
    const auto cell = cell_of(table, pairs);
    csv.share(cell, "fixed threshold", r.fixed);
    csv.share(cell, "unpaired z", r.unpaired_z);
    csv.share(cell, "paired z", r.paired_z);
    csv.share(cell, "McNemar exact", r.mcnemar);
    csv.share(cell, "non-inferiority z", r.non_inferior_z);
    csv.share(cell, "gate FAIL", r.gate_fail);
    csv.share(cell, "gate PASS", r.gate_pass);
  }
}

}  // namespace

std::string figures_markdown(const Figures& figures) {
  std::string out = fmt::format("{} runs a cell, seed {}; shares of runs flagged.\n\n", figures.runs, figures.seed);
  out += "| n | flips | true drop | fixed −1 pt | unpaired z | paired z | McNemar exact | NI pass (z) | gate FAIL | gate PASS |\n"
         "|---|---|---|---|---|---|---|---|---|---|\n";
  for (const auto& [pairs, r] : figures.rules)
    out += fmt::format("| {} | {} | {} | {:.3f} | {:.3f} | {:.3f} | {:.3f} | {:.3f} | {:.3f} | {:.3f} |\n", pairs.samples, percent(pairs.flip_rate),
                       points(pairs.drop), r.fixed, r.unpaired_z, r.paired_z, r.mcnemar, r.non_inferior_z, r.gate_fail, r.gate_pass);
  out += "\n| clusters × size | correlation | naive z | clustered t | BCa bootstrap | wild bootstrap |\n|---|---|---|---|---|---|\n";
  for (const auto& [cell, r] : figures.clusters)
    out += fmt::format("| {} × {} | {} | {} | {} | {} | {} |\n", cell.clusters, cell.size, cell.correlation, share_text(r.naive_z), share_text(r.clustered_t),
                       share_text(r.bca), share_text(r.wild));
  out += "\n| unchanged metrics | any fails, each at 5 % | any fails, Holm |\n|---|---|---|\n";
  for (const auto& [metrics, r] : figures.families) out += fmt::format("| {} | {:.3f} | {:.3f} |\n", metrics, r.each_on_its_own, r.holm);
  out += "\n| at most | flips | true drop | FAIL | PASS | mean samples |\n|---|---|---|---|---|---|\n";
  for (const auto& [pairs, r] : figures.sequences)
    out += fmt::format("| {} | {} | {} | {:.3f} | {:.3f} | {:.0f} |\n", pairs.samples, percent(pairs.flip_rate), points(pairs.drop), r.fail, r.pass, r.mean_stop);
  return out;
}

std::string figures_csv(const Figures& figures) {
  Csv csv(figures.runs);
  add_rules(csv, "rules", figures.rules);
  add_rules(csv, "power", figures.power);
  for (const auto& [shape, r] : figures.clusters) {
    const auto cell = fmt::format("clusters,{},0.1,0,{},{},{:g},1", shape.clusters * shape.size, shape.clusters, shape.size, shape.correlation);
    csv.share(cell, "naive z", r.naive_z);
    csv.share(cell, "clustered t", r.clustered_t);
    csv.share(cell, "BCa bootstrap", r.bca);
    csv.share(cell, "wild bootstrap", r.wild);
  }
  for (const auto& [metrics, r] : figures.families) {
    const auto cell = fmt::format("family,900,0.06,0,900,1,0,{}", metrics);
    csv.share(cell, "each at 5 %", r.each_on_its_own);
    csv.share(cell, "Holm", r.holm);
  }
  for (const auto& [pairs, r] : figures.sequences) {
    const auto cell = cell_of("sequential", pairs);
    csv.share(cell, "FAIL", r.fail);
    csv.share(cell, "PASS", r.pass);
    csv.number(cell, "mean samples", r.mean_stop, std::nan(""));
  }
  return csv.text();
}

}  // namespace assay::simulation
