#include "reports/markdown.h"

#include <fmt/format.h>

#include <algorithm>

#include "reports/comparison_text.h"
#include "reports/escaping.h"
#include "reports/gate_text.h"
#include "reports/number_text.h"
#include "reports/text_table.h"

namespace assay {
namespace {

/// GitHub drops a step summary over 1 MiB. A table, the flips and four lists of a third each stay below it.
constexpr std::size_t kMostBytes = 1'000'000;
constexpr std::size_t kPartBytes = 240'000;
constexpr std::size_t kShownFlips = 20;
constexpr std::size_t kTextLetters = 300;  ///< of one text; escaped, a letter takes at most 6 bytes
constexpr std::size_t kNameLetters = 60;

/// `text` as code, so that nothing in it calls people or becomes a link; one line, cut.
std::string code(const std::string& text) {
  return text.empty() ? "" : fmt::format("<code>{}</code>", markdown_escaped(shortened(text, kTextLetters)));
}

std::string line_of(const std::string& text) { return markdown_escaped(shortened(text, kTextLetters)); }

/// The last resort, should a comparison have hundreds of runs: whole lines up to the limit.
std::string limited(std::string text) {
  if (text.size() <= kMostBytes) return text;
  text.erase(text.rfind('\n', kMostBytes - 100) + 1);
  return text + "\nThe rest is left out: it is too long for a summary.\n";
}

Table shortened_cells(Table table) {
  for (auto& column : table.columns) column.name = shortened(column.name, kNameLetters);
  for (auto& row : table.rows)
    for (auto& cell : row) cell = shortened(cell, kTextLetters);
  return table;
}

/// A heading and a list, as many items as fit.
std::string list_of(const char* title, const std::vector<std::string>& items) {
  if (items.empty()) return "";
  std::string text = fmt::format("\n### {}\n\n", title);
  for (std::size_t i = 0; i < items.size(); ++i) {
    const std::string line = fmt::format("- {}\n", items[i]);
    if (text.size() + line.size() > kPartBytes / 3) return text + fmt::format("- {} more\n", items.size() - i);
    text += line;
  }
  return text;
}

std::string side(double value, SampleState state, const std::string& answer, const std::string& reply) {
  std::string text = value_text(value);
  if (state != SampleState::kScored) text += fmt::format(" ({})", name_of(state));
  if (!answer.empty()) text.append(" ").append(code(answer));
  if (!reply.empty() && reply != answer) text.append("<br>").append(code(reply));
  return text;
}

/// The first of `flips` as a table.
std::string flips_of(const std::vector<const Flip*>& flips) {
  if (flips.empty()) return "";
  const std::size_t shown = std::min(flips.size(), kShownFlips);
  std::string text =
      fmt::format("\n### Worst flips ({} of {})\n\n| sample | prompt | expected | baseline | candidate |\n|---|---|---|---|---|\n",
                  shown, flips.size());
  for (std::size_t i = 0; i < shown; ++i) {
    const Flip& flip = *flips[i];
    const SampleText& asked = flip.candidate_text.prompt.empty() ? flip.baseline_text : flip.candidate_text;
    const std::string line =
        fmt::format("| {} {} | {} | {} | {} | {} |\n", line_of(flip.benchmark), code(flip.id), code(asked.prompt),
                    asked.references.empty() ? "" : code(asked.references[0]),
                    side(flip.baseline, flip.baseline_state, flip.baseline_answer, flip.baseline_text.reply),
                    side(flip.candidate, flip.candidate_state, flip.candidate_answer, flip.candidate_text.reply));
    if (text.size() + line.size() > kPartBytes) break;
    text += line;
  }
  return text;
}

/// Where they lie: their texts are too long to be copied for nothing.
std::vector<const Flip*> places_of(const std::vector<Flip>& flips) {
  std::vector<const Flip*> places;
  for (const auto& flip : flips) places.push_back(&flip);
  return places;
}

}  // namespace

std::string gate_markdown(const GateRecord& record) {
  std::string text =
      fmt::format("## {}\n\n{}\n\nPolicy {}, alpha {:g}. Baseline {}, candidate {}.\n", line_of(verdict_line(record)),
                  advice_on(record), record.policy.empty() ? "default" : line_of(record.policy), record.alpha,
                  record.baseline_digest.empty() ? "without digest" : code(record.baseline_digest),
                  record.candidate_digest.empty() ? "without digest" : code(record.candidate_digest));
  if (!record.metrics.empty()) text.append("\n").append(markdown_table(shortened_cells(gated_table(record.metrics)), kPartBytes));
  std::vector<std::string> failed, waived, behaviours;
  for (const auto& check : failed_checks(record))
    failed.push_back(fmt::format("**{}** {}", name_of(check.verdict), line_of(check_sentence(check))));
  for (const auto& check : waived_checks(record)) waived.push_back(line_of(check_sentence(check)));
  for (const auto& behaviour : record.behaviours) behaviours.push_back(line_of(behaviour_sentence(behaviour)));
  std::vector<std::string> notes;
  for (const auto& metric : record.metrics)
    if (needs_words(metric)) notes.push_back(fmt::format("**{}** {}", verdict_cell(metric), line_of(metric_sentence(metric))));
  return limited(text + list_of("Why", notes) + list_of("Failed checks", failed) + list_of("Waived by the policy", waived) +
                 list_of("Behaviour", behaviours) + flips_of(places_of(record.flips)));
}

std::string comparison_markdown(const ComparisonRecord& record) {
  std::string text = "## Comparison\n\n" + markdown_table(shortened_cells(compared_runs_table(record)), kPartBytes / 3);
  if (!record.metrics.empty())
    text.append("\n").append(markdown_table(shortened_cells(compared_table(record)), kPartBytes))
        .append("\n\\*: the benchmark's main metric. best: better than every other run by a real difference.\n");
  if (!record.pairs.empty()) text += "\n### Pairs\n\n" + markdown_table(shortened_cells(pairs_table(record)), kPartBytes);
  std::vector<std::string> differences;
  for (const auto& check : record.differences) differences.push_back(line_of(check_sentence(check)));
  text += list_of("What differs between the runs", differences);
  std::vector<const Flip*> flips;
  for (const auto& pair : record.pairs)
    for (const Flip* flip : places_of(pair.flips)) flips.push_back(flip);
  return limited(text + flips_of(flips));
}

}  // namespace assay
