#include "reports/html/sections.h"

#include <fmt/format.h>

#include <algorithm>

#include "reports/gate_text.h"
#include "reports/html/plot.h"
#include "reports/html/table.h"
#include "reports/number_text.h"
#include "reports/stage_times.h"

namespace assay::html {
namespace {

constexpr std::size_t kShownIds = 200;

std::string name_at(const std::vector<std::string>& runs, std::size_t i) {
  return i < runs.size() ? runs[i] : fmt::format("run {}", i + 1);
}

std::string failed_ids_of(const BenchmarkResult& result, const std::string& run) {
  if (result.failed_ids.empty()) return "";
  const std::size_t shown = std::min(result.failed_ids.size(), kShownIds);
  std::vector<std::string> ids(result.failed_ids.begin(), result.failed_ids.begin() + static_cast<std::ptrdiff_t>(shown));
  if (shown < result.failed_ids.size()) ids.push_back(fmt::format("and {} more", result.failed_ids.size() - shown));
  return folded(
      fmt::format("Failed samples of {}, {}: {}", benchmark_title(result.benchmark, result.profile), run, result.failed_ids.size()),
      bullets(ids));
}

bool is_same_everywhere(const ManifestRow& row) {
  return std::all_of(row.values.begin(), row.values.end(), [&](const std::string& value) { return value == row.values.front(); });
}

std::string manifest_table(const std::vector<ManifestRow>& rows, const std::vector<std::string>& runs, const std::string& label) {
  PageTable table = {label, {{"member", false, true}}, {}};
  for (const auto& run : runs) table.columns.push_back({run});
  for (const auto& row : rows) {
    PageTable::Row cells = {{text_cell(row.name)}, is_same_everywhere(row) ? "" : "differs"};
    for (std::size_t i = 0; i < runs.size(); ++i) cells.cells.push_back(text_cell(i < row.values.size() ? row.values[i] : ""));
    table.rows.push_back(std::move(cells));
  }
  return page_table(table);
}

}  // namespace

Section state_section(const std::vector<std::string>& runs, const std::vector<RunRecord>& results) {
  PageTable table = {"Samples by state", {{"benchmark"}, {"run"}, {"samples", true}}, {}};
  for (const auto state : kSampleStates) table.columns.push_back({name_of(state), true});
  std::string failed;
  for (std::size_t i = 0; i < results.size(); ++i)
    for (const auto& result : results[i].results) {
      PageTable::Row row = {
          {text_cell(benchmark_title(result.benchmark, result.profile)), text_cell(name_at(runs, i)), count_cell(result.samples)}};
      for (const auto state : kSampleStates) {
        const auto found = result.states.find(name_of(state));
        row.cells.push_back(count_cell(found == result.states.end() ? 0 : found->second));
      }
      table.rows.push_back(std::move(row));
      failed += failed_ids_of(result, name_at(runs, i));
    }
  return {"states", "Samples by state", page_table(table) + failed};
}

Section time_section(const PageContent& content) {
  std::vector<Stack> stacks;
  PageTable table = {"Stage times", {{"run"}}, {}};
  std::vector<std::string> names;
  for (const auto& stage : stage_times({})) {
    names.emplace_back(stage.name);
    table.columns.push_back({fmt::format("{}, s", stage.name), true});
  }
  for (const char* column : {"samples", "pictures", "tiles", "prompt tokens", "reused", "new tokens", "audited"})
    table.columns.push_back({column, true});
  for (std::size_t i = 0; i < content.timings.size(); ++i) {
    const RunTiming& timing = content.timings[i];
    if (!(total_ms(timing) > 0)) continue;
    Stack stack = {name_at(content.runs, i), {}};
    PageTable::Row row = {{text_cell(stack.name)}};
    for (const auto& stage : stage_times(timing)) {
      stack.parts.push_back(stage.ms / 1000);
      row.cells.push_back(number_cell(stage.ms, fmt::format("{:.1f}", stage.ms / 1000)));
    }
    for (const auto count : {timing.samples, timing.distinct_pictures, timing.tiles, timing.prompt_tokens, timing.reused_tokens, timing.new_tokens, timing.audited})
      row.cells.push_back(count_cell(count));
    stacks.push_back(std::move(stack));
    table.rows.push_back(std::move(row));
  }
  return {"times", "Stage times", stack_plot(stacks, names, "Stage times", "seconds, summed over samples") + page_table(table)};
}

Section manifest_section(const PageContent& content) {
  if (content.manifest.empty()) return {"manifest", "Manifest", ""};
  const std::vector<std::string> runs = content.runs.empty() ? std::vector<std::string>{"value"} : content.runs;
  if (runs.size() == 1) return {"manifest", "Manifest", manifest_table(content.manifest, {"value"}, "Manifest")};
  std::vector<ManifestRow> differing;
  for (const auto& row : content.manifest)
    if (!is_same_everywhere(row)) differing.push_back(row);
  const std::string difference = differing.empty() ? paragraph("The manifests are alike.")
                                                   : manifest_table(differing, runs, "What differs between the manifests");
  return {"manifest", "Manifest",
          difference +
              folded(fmt::format("All members: {}", content.manifest.size()), manifest_table(content.manifest, runs, "Manifests"))};
}

Section sample_section(const SampleData& data) {
  if (data.json.empty()) return {"sample-list", "Samples", ""};
  std::string content;
  for (const auto& note : data.notes) content += element("p", "soft", note) + "\n";
  return {"sample-list", "Samples",
          content + "<div id=\"samples\"></div>\n<noscript><p>The list of samples needs this page's own script.</p></noscript>\n"};
}

std::string check_table(const std::vector<GateCheck>& checks, const std::string& label) {
  PageTable table = {
      label, {{"verdict"}, {"check"}, {"benchmark"}, {"baseline"}, {"candidate"}, {"what it means", false, true}}, {}};
  for (const auto& check : checks) {
    Cell verdict = verdict_mark(check.verdict, !check.is_waived);
    if (check.is_waived) verdict.text = "waived";
    table.rows.push_back({{verdict, text_cell(check.name),
                           text_cell(check.benchmark.empty() ? "whole run" : check.benchmark), text_cell(check.baseline),
                           text_cell(check.candidate), text_cell(check.message)}});
  }
  return page_table(table);
}

}  // namespace assay::html
