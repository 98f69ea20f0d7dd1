#include "tests/reports/report_values.h"

#include <fmt/format.h>

namespace assay::testing {
namespace {

constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();

GatedMetric metric_of(const char* benchmark, const char* name, Verdict verdict, double baseline, double difference) {
  GatedMetric metric;
  metric.benchmark = benchmark;
  metric.profile = "official";
  metric.metric = name;
  metric.verdict = verdict;
  metric.baseline = baseline;
  metric.candidate = baseline + difference;
  metric.difference = difference;
  metric.interval = {difference - 0.0101, difference + 0.0097};
  metric.margin = 0.01;
  metric.margin_share = 0.01;
  metric.p_drop = metric.p_drop_adjusted = verdict == Verdict::kFail ? 0.00001 : 0.4321;
  metric.detectable_drop = 0.0144;
  metric.samples_needed = verdict == Verdict::kInconclusive ? 5321.2 : kNaN;
  metric.test = "cluster-robust t";
  metric.units = 2500;
  metric.clusters = 1509;
  metric.gained = 40;
  metric.lost = 93;
  metric.policy_file = "ci/gate.yaml";
  metric.policy_line = 7;
  return metric;
}

Flip flip_of(const std::string& id, double baseline, double candidate) {
  Flip flip;
  flip.benchmark = "chartqa_test";
  flip.profile = "official";
  flip.id = id;
  flip.category = "human";
  flip.baseline = baseline;
  flip.candidate = candidate;
  flip.baseline_answer = "12.5";
  flip.candidate_answer = "125";
  flip.baseline_text = {"What is the value?", "12.5", {"12.5"}, {}};
  flip.candidate_text = {"What is the value?", "It is 125", {"12.5"}, {}};
  return flip;
}

BenchmarkResult result_of(const std::string& benchmark) {
  BenchmarkResult result;
  result.benchmark = benchmark;
  result.split = "test";
  result.profile = "official";
  result.samples = 500;
  result.states = {{"scored", 470}, {"unparsed", 10}, {"truncated", 18}, {"empty", 0}, {"error", 2}, {"judge-failed", 0}};
  result.failed_ids = {"a/1", "b\"2"};
  result.main_metric = "relaxed_accuracy";
  result.metrics = {{"relaxed_accuracy", 0.6364134930118334, 500, {0.59, 0.68}, "questions"},
                    {"human.relaxed_accuracy", 0.5, 250, {0.44, 0.56}, "questions"},
                    {"empty.relaxed_accuracy", kNaN, 0, {kNaN, kNaN}, "questions"}};
  return result;
}

SampleRecord record_of(std::size_t number, std::size_t run) {
  SampleRecord record;
  record.id = fmt::format("human/{}", number);
  record.category = number % 2 == 0 ? "human" : "augmented";
  const std::size_t kind = number % 10;  // 1: lost, 2: gained, 3: other reply, 4: an error in the last run
  const bool is_right = kind == 1 ? run == 0 : kind == 2 ? run > 0 : number % 3 != 0;
  record.value = is_right ? 1 : 0;
  record.state = kind == 4 && run > 0 ? SampleState::kError : SampleState::kScored;
  record.answer = is_right ? fmt::format("{}", number) : fmt::format("{}", number * 10);
  record.reply_digest = fmt::format("{}-{}", record.answer, kind == 3 ? run : 0);
  record.new_tokens = 7;
  return record;
}

ManifestRow manifest_row(const char* name, std::size_t runs, bool differs) {
  ManifestRow row = {name, {}};
  for (std::size_t i = 0; i < runs; ++i) row.values.push_back(differs ? fmt::format("value {}", i) : "the same");
  return row;
}

void spoil(SampleText& text) { text = {hostile_text(), long_hostile_text(), {hostile_text()}, text.pictures}; }

void spoil(GatedMetric& metric) {
  for (auto* text : {&metric.benchmark, &metric.profile, &metric.metric, &metric.test, &metric.policy_file, &metric.note})
    *text = hostile_text();
}

void spoil(Flip& flip) {
  for (auto* text : {&flip.benchmark, &flip.profile, &flip.id, &flip.category, &flip.baseline_answer}) *text = hostile_text();
  flip.candidate_answer = long_hostile_text();
  spoil(flip.baseline_text);
  spoil(flip.candidate_text);
}

void spoil(GateCheck& check) {
  for (auto* text : {&check.name, &check.benchmark, &check.baseline, &check.candidate}) *text = hostile_text();
  check.message = long_hostile_text();
}

}  // namespace

std::string hostile_text() {
  std::string text =
      "=cmd|' /C calc'!A0 <script>alert(1)</script></script><!-- ]]> --><img src=x onerror=alert(2)> \"q\" 'a' & &amp; ";
  text +=
      "::error file=x::y\n::warning::z\r\n%0A,: ##[error] @everyone [a](javascript:b) `code` $x^2$ | * _ ~ # \\ { } "
      "\\end{tabular}\\input{x} -- ";
  text += "\x1b[31mred\x1b[0m \x07 \x7f \xc2\x9b tab\there ";
  text += std::string("nul \0 here ", 11) + "broken \xff\xfe \xe2\x82 \xed\xa0\x80 not a letter \xef\xbf\xbf ";
  text += "\u202eoverride\u202c \u2028 \u2029 \ufeff שלום عربي 中文 👩‍🔬🧪 e\u0301";
  return text;
}

std::string long_hostile_text() { return std::string(100'000, 'A') + hostile_text(); }

GateRecord gate_record() {
  GateRecord record;
  record.verdict = Verdict::kFail;
  record.baseline_name = "runs/old";
  record.candidate_name = "runs/new";
  record.baseline_digest = "0123456789abcdef";
  record.candidate_digest = "fedcba9876543210";
  record.policy = "ci/gate.yaml";
  record.metrics = {metric_of("chartqa_test", "relaxed_accuracy", Verdict::kFail, 0.8123, -0.0213),
                    metric_of("docvqa_val", "anls", Verdict::kInconclusive, 0.71, -0.002),
                    metric_of("mme", "perception", Verdict::kImproved, 1487.35, 31.2),
                    metric_of("pope", "f1", Verdict::kPass, 0.86, 0.001),
                    metric_of("pope", "accuracy", Verdict::kSuspect, 0.87, -0.0102),
                    metric_of("chartqa_test", "human.relaxed_accuracy", Verdict::kPass, 0.7, 0.003)};
  record.metrics[2].interval = {12.5, 49.9};
  record.metrics[2].margin = 20;
  record.metrics[4].note = "quarantined until 2026-12-24: new tokenizer";
  record.metrics[5].is_gated = false;
  record.checks = {
      {"weights_digest", "", Verdict::kIncomparable, "aa", "bb", "the weights differ", true},
      {"overlap", "chartqa_test", Verdict::kPass, "2500", "2500", "all samples are in both runs", false},
      {"empty replies", "docvqa_val", Verdict::kInfra, "0", "90", "90 of 1000 replies are empty; the budget is 10", false}};
  record.behaviours = {{"chartqa_test", "official", 2500, 120, 35, 0.001, 0.00001, true},
                       {"pope", "official", 9000, 0, 0, -1, 1, false}};
  record.flips = {flip_of("human/1", 1, 0), flip_of("human/2", 1, 0.5), flip_of("augmented/3", 0, 1)};
  return record;
}

GateRecord hostile_gate() {
  GateRecord record = gate_record();
  for (auto* text :
       {&record.baseline_name, &record.candidate_name, &record.baseline_digest, &record.candidate_digest, &record.policy})
    *text = hostile_text();
  for (auto& metric : record.metrics) spoil(metric);
  for (auto& check : record.checks) spoil(check);
  for (auto& behaviour : record.behaviours) behaviour.benchmark = behaviour.profile = hostile_text();
  while (record.flips.size() < 100) record.flips.push_back(record.flips[0]);
  for (auto& flip : record.flips) spoil(flip);
  return record;
}

ComparisonRecord comparison_record() {
  ComparisonRecord record;
  record.runs = {
      {"small", "runs/small", "aa", 0.21, 2.1e9}, {"large", "runs/large", "bb", 0.95, 17.5e9}, {"old", "runs/old", "cc", -1, -1}};
  const Metric accuracy = {"relaxed_accuracy", 0.61, 2500, {0.59, 0.63}, "questions"};
  ComparedMetric main = {
      "chartqa_test", "official", "relaxed_accuracy", true, {{accuracy, false}, {accuracy, true}, {accuracy, false}}};
  main.values[1].metric.value = 0.7452;
  main.values[1].metric.interval = {0.73, 0.76};
  ComparedMetric part = {"chartqa_test", "official", "human.relaxed_accuracy", false, {{accuracy, false}, {accuracy, false}, {}}};
  part.values[2].metric = {"human.relaxed_accuracy", kNaN, 0, {kNaN, kNaN}, ""};
  record.metrics = {main, part};
  record.pairs = {{0,
                   1,
                   metric_of("chartqa_test", "relaxed_accuracy", Verdict::kImproved, 0.61, 0.1352),
                   {flip_of("human/1", 1, 0), flip_of("human/9", 0, 1)}}};
  record.differences = {
      {"model.pipeline_digest", "", Verdict::kIncomparable, "aa", "bb", "small and large cut pictures into other tiles", false}};
  return record;
}

ComparisonRecord hostile_comparison() {
  ComparisonRecord record = comparison_record();
  for (auto& run : record.runs) run.name = run.path = run.digest = hostile_text();
  for (auto& metric : record.metrics) {
    metric.benchmark = metric.profile = metric.metric = hostile_text();
    for (auto& value : metric.values) value.metric.divides_by = hostile_text();
  }
  for (auto& pair : record.pairs) {
    spoil(pair.metric);
    for (auto& flip : pair.flips) spoil(flip);
  }
  for (auto& check : record.differences) spoil(check);
  return record;
}

RunRecord run_record() { return {{result_of("chartqa_test"), result_of("docvqa_val")}}; }

RunRecord hostile_run() {
  RunRecord record = run_record();
  for (auto& result : record.results) {
    for (auto* text : {&result.benchmark, &result.split, &result.profile, &result.main_metric}) *text = hostile_text();
    result.failed_ids = {hostile_text(), long_hostile_text()};
    for (auto& metric : result.metrics) metric.name = metric.divides_by = hostile_text();
  }
  return record;
}

PageContent page_content(std::size_t runs, std::size_t samples) {
  PageContent content;
  for (std::size_t i = 0; i < runs; ++i) {
    content.runs.push_back(i == 0 ? "runs/old" : fmt::format("runs/new{}", i));
    RunTiming timing;
    timing.samples = static_cast<std::int64_t>(samples);
    timing.distinct_pictures = 120;
    timing.image_decode_ms = 1200, timing.preprocess_ms = 2500, timing.encode_ms = 30000 + 4000.0 * static_cast<double>(i),
    timing.prefill_ms = 21000, timing.decode_ms = 15000;
    content.timings.push_back(timing);
    content.results.push_back(run_record());
  }
  content.manifest = {manifest_row("assay", runs, false), manifest_row("model.weights_digest", runs, true),
                      manifest_row("bench", runs, false)};
  for (std::size_t n = 1; n <= samples; ++n) {
    PageSample sample = {n % 4 == 0 ? "docvqa_val" : "chartqa_test", "official", {}, {}};
    for (std::size_t i = 0; i < runs; ++i) {
      sample.records.push_back(record_of(n, i));
      sample.texts.push_back({fmt::format("What is the value of bar number {} in the chart? Answer with a single number.", n),
                              fmt::format("The answer is {}.", sample.records[i].answer),
                              {fmt::format("{}", n)},
                              {}});
    }
    content.samples.push_back(std::move(sample));
  }
  return content;
}

PageContent hostile_page_content(std::size_t runs) {
  PageContent content = page_content(runs, 30);
  for (auto& run : content.runs) run = hostile_text();
  content.results.assign(runs, hostile_run());
  for (auto& row : content.manifest) {
    row.name = hostile_text();
    for (auto& value : row.values) value += hostile_text();
  }
  for (auto& sample : content.samples) {
    sample.benchmark = sample.profile = hostile_text();
    for (auto& record : sample.records) record.id = record.category = record.answer = hostile_text();
    for (auto& text : sample.texts) spoil(text);
  }
  return content;
}

}  // namespace assay::testing
