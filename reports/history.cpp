#include "reports/history.h"

#include <fmt/format.h>

#include <algorithm>

#include "reports/escaping.h"
#include "reports/gate_text.h"
#include "reports/number_text.h"
#include "reports/record_json.h"
#include "reports/text_table.h"

namespace assay {

template <typename Visit>
void visit_members(const HistoryRun& run, Visit&& visit) {
  visit("path", run.path);
  visit("digest", run.digest);
  visit("saved_at", run.saved_at);
}

template <typename Visit>
void visit_members(const HistoryValue& value, Visit&& visit) {
  visit("run", value.run);
  visit("value", value.value);
  visit("low", value.interval.low);
  visit("high", value.interval.high);
}

template <typename Visit>
void visit_members(const HistoryChange& change, Visit&& visit) {
  visit("run", change.run);
  visit("before", change.before);
  visit("after", change.after);
  visit("p_value", change.p_value);
  visit("difference", change.difference);
  visit("low", change.interval.low);
  visit("high", change.interval.high);
  visit("confidence", change.confidence);
  visit("test", change.test);
}

template <typename Visit>
void visit_members(const HistorySeries& series, Visit&& visit) {
  visit("benchmark", series.benchmark);
  visit("profile", series.profile);
  visit("metric", series.metric);
  visit("beginning", series.beginning);
  visit("values", series.values);
  visit("changes", series.changes);
}

template <typename Visit>
void visit_members(const HistoryRecord& record, Visit&& visit) {
  visit("alpha", record.alpha);
  visit("runs", record.runs);
  visit("series", record.series);
}

namespace {

std::string run_name(const HistoryRecord& record, std::int64_t place) {
  return place >= 0 && place < std::int64_t(record.runs.size()) ? record.runs[static_cast<std::size_t>(place)].path : "?";
}

std::string change_text(const HistoryRecord& record, const HistoryChange& change) {
  return fmt::format("{} since {}: level {} -> {} (p {}); against the run before it: difference {}, {:g} % interval {}, {}",
                     change.after < change.before ? "lower" : "higher", console_escaped(run_name(record, change.run)), number_text(change.before),
                     number_text(change.after), probability_text(change.p_value), signed_text(change.difference), 100 * change.confidence,
                     interval_text(change.interval), change.test.empty() ? "no test" : change.test);
}

/// Whether any order of so many values has a p-value of alpha: both orders of the clearest split do.
bool can_show_a_change(std::size_t count, double alpha) {
  double ways = 1;
  for (std::size_t i = 1; i <= count / 2; ++i) ways *= static_cast<double>(count - count / 2 + i) / static_cast<double>(i);
  return 2 / ways <= alpha;
}

std::string series_text(const HistoryRecord& record, const HistorySeries& series) {
  Table table{{{""}, {"run"}, {"saved"}, {"value", true}, {"95 % interval", true}}, {}};
  for (const auto& value : series.values) {
    const bool is_change = std::ranges::any_of(series.changes, [&](const HistoryChange& change) { return change.run == value.run; });
    const auto place = static_cast<std::size_t>(value.run);
    table.rows.push_back({is_change ? "*" : "", run_name(record, value.run), place < record.runs.size() ? record.runs[place].saved_at : "",
                          number_text(value.value), interval_text(value.interval)});
  }
  std::string text = fmt::format("{}: {} runs\n", console_escaped(benchmark_title(fmt::format("{} {}", series.benchmark, series.metric), series.profile)),
                                 series.values.size());
  if (!series.beginning.empty()) text += fmt::format("  begins here: {}\n", console_escaped(series.beginning));
  text += console_table(table);
  for (const auto& change : series.changes) text += fmt::format("  * {}\n", change_text(record, change));
  if (!series.changes.empty()) return text;
  if (can_show_a_change(series.values.size(), record.alpha)) return text + "  no change of level\n";
  return text + fmt::format("  {} runs are too few to show a change of level at {:g} %\n", series.values.size(), 100 * record.alpha);
}

}  // namespace

std::string history_console(const HistoryRecord& record) {
  std::string text;
  for (const auto& series : record.series) text.append(text.empty() ? "" : "\n").append(series_text(record, series));
  return text;
}

std::string history_json(const HistoryRecord& record) { return record_json::write(record, kHistorySchema); }

}  // namespace assay
