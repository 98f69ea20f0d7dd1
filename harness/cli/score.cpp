#include <fmt/format.h>
#include <fmt/ranges.h>

#include <utility>

#include "benchmarks/judge.h"
#include "benchmarks/prediction_file.h"
#include "harness/base/error.h"
#include "harness/base/file.h"
#include "harness/base/number.h"
#include "harness/cli/command_line.h"
#include "harness/cli/explain.h"
#include "harness/cli/judge_options.h"
#include "harness/cli/text_only.h"
#include "harness/cli/verbs.h"
#include "harness/clock.h"
#include "harness/manifest.h"
#include "harness/plan.h"
#include "harness/plugins.h"
#include "harness/run_folder.h"
#include "harness/run_loop.h"
#include "harness/run_results.h"
#include "harness/scored_run.h"
#include "harness/version.h"
#include "reports/results_json.h"
#include "reports/text_reports.h"

namespace assay {
namespace {

constexpr const char* kExamples =
    "  assay score runs/first --profile official,vlmevalkit\n"
    "  assay score runs/first --profile official,vlmevalkit --explain --limit-explained 5\n"
    "  assay score --bench mme --predictions results/llava-v1.5-7b --format json\n"
    "  assay score --bench chartqa_test --predictions replies.jsonl --data-dir data\n"
    "  assay score --bench mme --predictions results/llava-v1.5-7b --save llava.scores\n"
    "  assay score --bench mmvet --predictions replies.json --judge grades.json --data-dir data\n"
    "  assay score runs/mmvet --judge openai:https://host/v1#model-2024-11-20 --api-key-env JUDGE_KEY --judge-cache judge.jsonl\n"
    "  assay score runs/mmstar --without-pictures runs/mmstar-blind --language-model llm-replies.jsonl\n";

struct ScoreOptions {
  std::string run, predictions, bench, data_dir, save, format = "text";
  JudgeOptions judge;
  TextOnlyOptions text_only;
  std::vector<std::string> profiles, plugins;
  bool is_partial_fine = false;
  bool explains = false;
  std::string limit_explained;
  std::size_t most_explained = 20;
};

/// The numbers, and where there are several profiles how they stand to each other.
struct Scored {
  RunRecord record;
  std::vector<ProfileComparison> comparisons;
  ScoredRun kept;  ///< for --save
};

void print_scored(const Scored& scored, const ScoreOptions& options) {
  if (wants_json(options.format)) return print_out(options.explains ? explanation_json(scored.comparisons) : results_json(scored.record));
  std::string text = console_report(scored.record);
  for (const auto& comparison : scored.comparisons) {
    text += side_by_side_text(comparison);
    if (options.explains) text += explanation_text(comparison);
  }
  print_out(text);
}

void save_scored(const ScoreOptions& options, Scored& scored) {
  if (options.save.empty()) return;
  scored.kept.saved = {options.run.empty() ? options.predictions : options.run, {}, {}, now_utc()};
  write_file_atomically(options.save, baseline_file(scored.kept));
  print_log(fmt::format("saved for gates and comparisons: {}", options.save));
}

void score_under(const Program& program, const WithPictures& with, const std::vector<Reply>& replies, const std::vector<std::string>& profiles,
                 const ScoreOptions& options, Scored& scored, Judge& judge) {
  const Benchmark& benchmark = with.benchmark;
  auto sides = score_profiles(benchmark, replies, profiles, judge, !options.save.empty() || !options.text_only.empty());
  add_picture_gains(options.text_only, program, with, sides, judge);
  for (auto& side : sides) {
    scored.record.results.push_back(side.result);
    if (!options.save.empty()) scored.kept.benchmarks.push_back(std::move(side.kept));
  }
  if (profiles.size() > 1) scored.comparisons.push_back(compare_profiles(benchmark, replies, sides, options.explains ? options.most_explained : 0));
}

void check_explains(const ScoreOptions& options, const std::string& benchmark, const std::vector<std::string>& profiles) {
  if (!options.explains || profiles.size() > 1) return;
  throw ConfigError(fmt::format("--explain holds profiles against each other: name several of {}, as --profile {},...", benchmark, profiles.front()));
}

/// The data, where it is needed and found: a place that was named must have it, the usual places may.
std::unique_ptr<SampleSource> open_if_found(const Benchmark& benchmark, const std::string& data_dir) {
  if (!data_dir.empty()) return benchmark.open(data_places(data_dir));
  try {
    return benchmark.open(data_places(""));
  } catch (const DataError&) {
    return nullptr;
  }
}

std::vector<Reply> read_replies(const Benchmark& benchmark, const ScoreOptions& options, const SampleSource* data) {
  if (!options.is_partial_fine || data == nullptr) return benchmark.read_predictions(options.predictions, data);
  const AnsweredInPart part(*data);
  auto replies = benchmark.read_predictions(options.predictions, &part);
  if (replies.size() < data->size()) {
    print_log(fmt::format("assay: note: {} answers {} of {} samples; the rest is left out", options.predictions, replies.size(), data->size()));
  }
  return replies;
}

void print_notes(const Judge& judge) {
  for (const auto& note : judge.notes()) print_log(fmt::format("assay: note: {}", note));
}

Scored score_predictions(const Program& program, const ScoreOptions& options) {
  load_plugins(options.plugins);
  const auto benchmark = make_from(program.catalog, options.bench);
  const auto profiles = choose_scoring_profiles(*benchmark, options.profiles);
  check_explains(options, benchmark->name(), profiles);
  const auto judge = open_judge(options.judge);
  const auto data = open_if_found(*benchmark, options.data_dir);
  const auto replies = read_replies(*benchmark, options, data.get());
  Scored scored;
  score_under(program, {*benchmark, data.get(), nullptr, options.data_dir}, replies, profiles, options, scored, *judge);
  print_notes(*judge);
  return scored;
}

/// The profiles asked for, or those that the run was made with.
void set_profiles(Plan& plan, const Manifest& manifest, const std::filesystem::path& run, const std::vector<std::string>& asked) {
  for (auto& planned : plan.benchmarks) {
    planned.scoring_profiles = choose_scoring_profiles(*planned.benchmark, asked.empty() ? config_of(manifest, run).task.scoring_profiles : asked);
  }
}

/// Scores are comparable only when they are over the same data.
void check_data(const Plan& plan, const Manifest& manifest, const std::filesystem::path& run) {
  for (const auto& planned : plan.benchmarks) {
    const std::string then = value_of(manifest, planned.benchmark->name() + ".data_digest");
    const std::string now = fmt::format("\"{}\"", planned.source->digest());
    if (then != now)
      throw DataError(fmt::format("{}: the run was made on other data: {} had digest {}, the files found now have {}; name the old ones "
                                  "with --data-dir", run.string(), planned.benchmark->name(), then, now));
  }
}

/// The run's manifest with what scored it now: this version, these profiles.
Manifest rescored(Manifest manifest, const Plan& plan) {
  for (auto& entry : manifest.fixed) {
    if (entry.name == "assay") entry.json = fmt::format("\"{}\"", version());
    for (const auto& planned : plan.benchmarks)
      if (entry.name == planned.benchmark->name() + ".scoring_profiles") entry.json = fmt::format("[\"{}\"]", fmt::join(planned.scoring_profiles, "\",\""));
  }
  return manifest;
}

Scored score_run(const Program& program, const ScoreOptions& options) {
  const std::filesystem::path run = options.run;
  const Manifest manifest = read_manifest(run);
  RunConfig config = config_of(manifest, run);
  if (!options.data_dir.empty()) config.task.data_dir = options.data_dir;
  if (!options.plugins.empty()) config.task.plugins = options.plugins;
  config.task.scoring_profiles.clear();
  Plan plan = make_plan(config, program.catalog, data_places(config.task.data_dir));
  check_data(plan, manifest, run);
  set_profiles(plan, manifest, run, options.profiles);
  for (const auto& planned : plan.benchmarks) check_explains(options, planned.benchmark->name(), planned.scoring_profiles);
  JournalFiles journals(run);
  const RunState state = read_state(plan, journals);
  for (const auto& note : state.notes) print_log(fmt::format("assay: note: {}", note));
  if (state.done < plan.sample_count()) {
    const std::string text = fmt::format("{}: {} of {} samples are done", run.string(), state.done, plan.sample_count());
    if (!options.is_partial_fine) throw ModelError(text + "; let the run end, or score what there is with --partial");
    print_log(fmt::format("assay: note: {}; the rest is left out", text));
  }
  const auto judge = open_judge(options.judge);
  Scored scored;
  scored.record.weights = weights_label(config);
  scored.kept.manifest = rescored(manifest, plan);
  if (const auto name = judge_name_json(options.judge); !name.empty()) scored.kept.manifest.fixed.push_back({"judge", name});
  for (std::size_t b = 0; b < plan.benchmarks.size(); ++b) {
    const auto& planned = plan.benchmarks[b];
    const WithPictures with{*planned.benchmark, planned.source.get(), &manifest, options.data_dir};
    score_under(program, with, replies_of(planned, state.entries[b], journals), planned.scoring_profiles, options, scored, *judge);
  }
  print_notes(*judge);
  return scored;
}

void read_limit(ScoreOptions& options, Problems& problems) {
  const std::string& text = options.limit_explained;
  if (text.empty()) return;
  if (!options.explains) problems.emplace_back("--limit-explained belongs to --explain");
  if (const auto most = parse_number<decltype(options.most_explained)>(text)) options.most_explained = *most;
  else problems.push_back(fmt::format("--limit-explained must be a whole number from 0 on, got \"{}\"", text));
}

}  // namespace

int score_verb(const Program& program, Arguments arguments) {
  ScoreOptions options;
  CommandLine line("score", "Scores replies that are there already: a run's, or somebody's prediction file.", kExamples);
  line.argument("RUN", options.run, "run folder");
  line.text("predictions", options.predictions, "prediction file or folder, in place of a run");
  line.text("bench", options.bench, "the benchmark that it answers");
  line.text("data-dir", options.data_dir, "where the data sets lie: labels that the file does not carry");
  add_judge_options(line, options.judge);
  add_text_only_options(line, options.text_only);
  line.texts("plugin", options.plugins, "shared object with benchmarks of your own; may be repeated");
  line.list("profile", options.profiles, "how to score; default: the benchmark's first");
  line.flag("partial", options.is_partial_fine, "score an unfinished run's samples that are done, or a file that answers a part of the data");
  line.flag("explain", options.explains, "with several profiles: list the samples that they score differently, and the rule of each");
  line.text("limit-explained", options.limit_explained, "list at most so many of them [20]");
  line.text("save", options.save, "also write every sample's score to this file, for `assay gate` and `assay compare`");
  line.text("format", options.format, "text or json");
  Problems problems;
  if (!line.parse(std::move(arguments), problems)) return 0;
  check_format(options.format, problems);
  if (options.run.empty() == options.predictions.empty()) problems.emplace_back("name either a run folder or --predictions FILE");
  if (!options.predictions.empty() && options.bench.empty()) problems.emplace_back("--predictions needs --bench, the benchmark it answers");
  if (!options.run.empty() && !options.bench.empty()) problems.emplace_back("--bench belongs to --predictions; a run knows its own");
  read_limit(options, problems);
  check_judge(options.judge, problems);
  check_text_only(options.text_only, problems);
  throw_if_any(problems);
  Scored scored = options.run.empty() ? score_predictions(program, options) : score_run(program, options);
  save_scored(options, scored);
  print_scored(scored, options);
  return 0;
}

}  // namespace assay
