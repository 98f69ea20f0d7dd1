#include "reports/text_reports.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <string_view>
#include <utility>
#include <vector>

namespace assay {
namespace {

constexpr std::size_t kShownFailures = 10;
constexpr std::array kColumns = {"metric", "value", "95 % interval", "divides by"};
using Row = std::array<std::string, kColumns.size()>;

std::string number_text(double value) { return std::isnan(value) ? "none" : fmt::format("{:.4f}", value); }

std::string interval_text(const Metric& metric) {
  if (std::isnan(metric.value) || std::isnan(metric.interval.low) || std::isnan(metric.interval.high)) return "none";
  return fmt::format("[{:.4f}, {:.4f}]", metric.interval.low, metric.interval.high);
}

Row row_of(const Metric& metric, bool is_main) {
  return {is_main ? metric.name + " *" : metric.name, number_text(metric.value), interval_text(metric),
          fmt::format("{} {}", metric.count, metric.divides_by)};
}

std::vector<Row> rows_of(const BenchmarkResult& result) {
  std::vector<Row> rows;
  for (const auto& metric : result.metrics) rows.push_back(row_of(metric, metric.name == result.main_metric));
  return rows;
}

/// "480 scored, 18 truncated, 2 error"; states that nothing fell into are left out.
std::string states_text(const BenchmarkResult& result) {
  std::string text;
  for (const auto& [name, count] : result.states)
    if (count > 0) text += fmt::format("{}{} {}", text.empty() ? "" : ", ", count, name);
  return text.empty() ? "none" : text;
}

std::string failures_text(const BenchmarkResult& result) {
  std::string text;
  const auto shown = std::min(result.failed_ids.size(), kShownFailures);
  for (std::size_t i = 0; i < shown; ++i) text += fmt::format("{}{}", i == 0 ? "" : ", ", result.failed_ids[i]);
  if (result.failed_ids.size() > shown) text += fmt::format(" and {} more", result.failed_ids.size() - shown);
  return text;
}

/// Columns on a terminal, not bytes: category names come in any script, and Chinese letters are two columns wide.
std::size_t width_of(std::string_view text) {
  std::size_t width = 0;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    const bool begins_letter = (byte & 0xC0) != 0x80;
    const bool is_wide = (byte >= 0xE3 && byte <= 0xED) || byte >= 0xF0;  // U+3000 to U+DFFF, and emoji
    width += begins_letter ? (is_wide ? 2 : 1) : 0;
  }
  return width;
}

std::string padded(std::string_view text, std::size_t width, bool is_right_aligned) {
  const std::string space(width - std::min(width, width_of(text)), ' ');
  return is_right_aligned ? fmt::format("{}{}", space, text) : fmt::format("{}{}", text, space);
}

std::string console_table(const std::vector<Row>& rows) {
  std::array<std::size_t, kColumns.size()> widths{};
  for (std::size_t c = 0; c < kColumns.size(); ++c) {
    widths[c] = width_of(kColumns[c]);
    for (const auto& row : rows) widths[c] = std::max(widths[c], width_of(row[c]));
  }
  const auto line = [&](const auto& cells) {
    std::string text = " ";
    for (std::size_t c = 0; c < kColumns.size(); ++c) text += fmt::format(" {} ", padded(cells[c], widths[c], c == 1 || c == 2));
    text.erase(text.find_last_not_of(' ') + 1);
    return text + "\n";
  };
  std::string table = line(kColumns);
  for (const auto& row : rows) table += line(row);
  return table;
}

/// What Markdown or HTML would read as more than text.
std::string escaped(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (c == '<') out += "&lt;";
    else if (c == '>') out += "&gt;";
    else if (c == '&') out += "&amp;";
    else if (c == '\n' || c == '\r') out += ' ';
    else if (std::string_view("|\\`*_[]#").find(c) != std::string_view::npos) (out += '\\') += c;
    else out += c;
  }
  return out;
}

std::string markdown_table(const std::vector<Row>& rows) {
  std::string table = fmt::format("| {} | {} | {} | {} |\n|---|---:|---:|---|\n", kColumns[0], kColumns[1], kColumns[2], kColumns[3]);
  for (const auto& row : rows)
    table += fmt::format("| {} | {} | {} | {} |\n", escaped(row[0]), row[1], escaped(row[2]), escaped(row[3]));
  return table;
}

}  // namespace

std::string console_report(const RunRecord& record) {
  std::string text;
  for (const auto& result : record.results) {
    text += fmt::format("{}{} (split {}, scored as {}): {} samples: {}\n", text.empty() ? "" : "\n", result.benchmark, result.split,
                        result.profile, result.samples, states_text(result));
    text += console_table(rows_of(result));
    if (!result.failed_ids.empty()) text += fmt::format("  failed: {}\n", failures_text(result));
  }
  return text;
}

std::string markdown_report(const RunRecord& record) {
  std::string text = "# Results\n";
  for (const auto& result : record.results) {
    text += fmt::format("\n## {}\n\nSplit {}, scored as {}. {} samples: {}. The main metric is marked with \\*.\n\n",
                        escaped(result.benchmark), escaped(result.split), escaped(result.profile), result.samples, states_text(result));
    text += markdown_table(rows_of(result));
    if (!result.failed_ids.empty()) text += fmt::format("\nFailed: {}\n", escaped(failures_text(result)));
  }
  return text;
}

std::string console_summary(const RunRecord& record) {
  if (record.results.size() < 2) return "";
  std::vector<Row> rows;
  for (const auto& result : record.results) {
    for (const auto& metric : result.metrics) {
      if (metric.name != result.main_metric) continue;
      rows.push_back(row_of(metric, false));
      rows.back()[0] = fmt::format("{} {} ({})", result.benchmark, metric.name, result.profile);
    }
  }
  return console_table(rows);
}

std::string console_timing(const RunTiming& timing) {
  const std::array<std::pair<const char*, double>, 5> stages = {{{"decoding pictures", timing.image_decode_ms},
                                                                 {"tiling", timing.preprocess_ms},
                                                                 {"encoding", timing.encode_ms},
                                                                 {"prefill", timing.prefill_ms},
                                                                 {"writing replies", timing.decode_ms}}};
  double total = 0;
  for (const auto& [name, ms] : stages) total += ms;
  std::string text = fmt::format("{} samples on {} distinct pictures: {} tiles, {} prompt tokens, {} new tokens\n", timing.samples,
                                 timing.distinct_pictures, timing.tiles, timing.prompt_tokens, timing.new_tokens);
  if (total > 0) {
    text += "time:";
    for (const auto& [name, ms] : stages) text += fmt::format(" {} {:.1f} s ({:.0f} %),", name, ms / 1000, 100 * ms / total);
    text.back() = '\n';
  }
  if (timing.samples_in_wall > 0)
    text += fmt::format("this start: {} samples in {:.1f} s, {:.2f}/s\n", timing.samples_in_wall, timing.wall_ms / 1000,
                        1000.0 * static_cast<double>(timing.samples_in_wall) / std::max(timing.wall_ms, 1e-3));
  return text;
}

}  // namespace assay
