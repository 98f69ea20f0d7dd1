#include "reports/console.h"

#include <fmt/format.h>

#include <algorithm>

#include "reports/comparison_text.h"
#include "reports/escaping.h"
#include "reports/gate_text.h"
#include "reports/text_table.h"

namespace assay {
namespace {

constexpr std::size_t kShownFlips = 5;

/// "title:" and a line "  - item" for each; nothing for no items.
std::string list_of(const std::string& title, const std::vector<std::string>& items) {
  if (items.empty()) return "";
  std::string text = fmt::format("\n{}:\n", title);
  for (const auto& item : items) text += fmt::format("  - {}\n", console_escaped(item));
  return text;
}

std::string flips_of(const std::vector<Flip>& flips) {
  const std::size_t shown = std::min(flips.size(), kShownFlips);
  std::vector<std::string> items;
  for (std::size_t i = 0; i < shown; ++i) items.push_back(flip_sentence(flips[i]));
  return list_of(shown < flips.size() ? fmt::format("worst flips ({} of {})", shown, flips.size()) : "flips", items);
}

}  // namespace

std::string gate_console(const GateRecord& record) {
  std::string text =
      fmt::format("{}\n{}\npolicy {}, alpha {:g}\n", console_escaped(verdict_line(record)), advice_on(record),
                  record.policy.empty() ? "default" : console_escaped(record.policy), record.alpha);
  if (!record.metrics.empty()) text.append("\n").append(console_table(gated_table(record.metrics)));
  std::vector<std::string> failed, waived, notes, behaviours;
  for (const auto& check : failed_checks(record))
    failed.push_back(fmt::format("{}: {}", name_of(check.verdict), check_sentence(check)));
  for (const auto& check : waived_checks(record)) waived.push_back(check_sentence(check));
  for (const auto& metric : record.metrics)
    if (needs_words(metric)) notes.push_back(fmt::format("{} {}", verdict_cell(metric), metric_sentence(metric)));
  for (const auto& behaviour : record.behaviours) behaviours.push_back(behaviour_sentence(behaviour));
  return text + list_of("why", notes) + list_of("failed checks", failed) + list_of("waived by the policy", waived) +
         list_of("behaviour", behaviours) + flips_of(record.flips);
}

std::string comparison_console(const ComparisonRecord& record) {
  std::string text = console_table(compared_runs_table(record));
  if (!record.metrics.empty())
    text.append("\n").append(console_table(compared_table(record)))
        .append("  *: the benchmark's main metric. best: better than every other run by a real difference.\n");
  for (const auto& pair : record.pairs) {
    text += fmt::format("\n{}\n", console_escaped(pair_title(record, pair)));
    text += fmt::format("  - {}\n", console_escaped(metric_sentence(pair.metric)));
    text += flips_of(pair.flips);
  }
  std::vector<std::string> differences;
  for (const auto& check : record.differences) differences.push_back(check_sentence(check));
  return text + list_of("what differs between the runs", differences);
}

}  // namespace assay
