#include <fmt/format.h>
#include <fmt/ranges.h>

#include <optional>
#include <utility>

#include "harness/base/error.h"
#include "harness/base/file.h"
#include "harness/base/number.h"
#include "harness/cli/command_line.h"
#include "harness/cli/verbs.h"
#include "harness/gate/planning_set.h"
#include "harness/gate/run_flips.h"
#include "harness/gate/size_report.h"
#include "harness/gate/subset.h"
#include "harness/manifest.h"
#include "harness/plan.h"
#include "harness/sample_list_file.h"

namespace assay {
namespace {

constexpr const char* kExamples =
    "  assay plan --count 2500 --flip-rate 0.06 --margin 1\n"
    "  assay plan --count 5144 --clusters 1286 --correlation 0.3\n"
    "  assay plan --bench mme,chartqa_test --data-dir data\n"
    "  assay plan --data-dir data --runs runs/monday,runs/tuesday\n"
    "  assay plan --bench docvqa_val --data-dir data --flip-rate 0.02 --margin 1 --write-subset ids.txt\n"
    "  assay run --model M --bench docvqa_val --data-dir data --samples ids.txt --out runs/subset\n";

struct PlanOptions {
  std::vector<std::string> benchmarks, runs;
  std::string data_dir, subset_file, format = "text";
  std::optional<std::int64_t> count, clusters;
  std::optional<double> flip_rate, correlation;
  std::uint64_t seed = 0;
  SizeTarget target;
  bool shows_help = false;

  [[nodiscard]] bool has_data() const { return !benchmarks.empty() || !runs.empty(); }
};

/// An option's text as a number; a problem, and nothing, when it is none.
template <typename T>
std::optional<T> number_of(const char* option, const std::string& text, const char* expected, Problems& problems) {
  if (text.empty()) return std::nullopt;
  const auto value = parse_number<T>(text);
  if (!value) problems.push_back(fmt::format("--{} must be {}, got \"{}\"", option, expected, text));
  return value;
}

void check_options(const PlanOptions& options, Problems& problems) {
  check_format(options.format, problems);
  if (!options.has_data() && !options.count) problems.emplace_back("name benchmarks with --bench, or a number of samples with --count");
  if (!options.runs.empty() && options.runs.size() != 2) problems.push_back(fmt::format("--runs takes two runs, got {}", options.runs.size()));
  if (!options.runs.empty() && options.flip_rate) problems.emplace_back("--runs measures the flip rate; leave out --flip-rate");
  if (options.has_data() && options.clusters) problems.emplace_back("--clusters belongs to --count; a benchmark's own are counted");
  if (options.has_data() && options.count && options.subset_file.empty())
    problems.emplace_back("with --bench, --count is the size of a subset: name its file with --write-subset");
  if (!options.has_data() && !options.subset_file.empty()) problems.emplace_back("--write-subset needs --bench: a subset is of samples");
  if (options.count && *options.count < 1) problems.push_back(fmt::format("--count must be at least 1, got {}", *options.count));
}

PlanOptions parse_options(Arguments arguments) {
  PlanOptions options;
  std::string count, clusters, flip_rate, correlation, alpha, power, margin, seed;
  CommandLine line("plan", "Tells how many samples see a drop of d: by counts, clusters and the share of samples that flip between two runs.", kExamples);
  line.list("bench", options.benchmarks, "benchmarks, see `assay list`");
  line.text("data-dir", options.data_dir, "where the data sets lie");
  line.text("count", count, "samples, in place of a benchmark; with --write-subset: the size of each benchmark's subset");
  line.text("clusters", clusters, "pictures that --count samples are on; default: one each");
  line.text("flip-rate", flip_rate, fmt::format("share of samples whose score differs between two runs; default: {} is assumed", kAssumedFlipRate));
  line.list("runs", options.runs, "two runs to measure it on, and how flips on a picture correlate: a run and its repetition, or old and new; folders or baseline files");
  line.text("correlation", correlation, fmt::format("of flips within a cluster; default: measured with --runs, else {} is assumed", kAssumedCorrelation));
  line.text("margin", margin, "drop to be seen, in points (hundredths of the metric's full scale) [1]");
  line.text("alpha", alpha, "error rate of the one-sided test [0.05]");
  line.text("power", power, "share of true drops to be seen [0.8]");
  line.text("write-subset", options.subset_file, "write a part of the samples, categories in proportion and clusters whole, that sees the margin (or has --count)");
  line.text("seed", seed, "for choosing the subset [0]");
  line.text("format", options.format, "text or json");
  Problems problems;
  if (!line.parse(std::move(arguments), problems)) {
    options.shows_help = true;
    return options;
  }
  options.count = number_of<std::int64_t>("count", count, "an integer", problems);
  options.clusters = number_of<std::int64_t>("clusters", clusters, "an integer", problems);
  options.flip_rate = number_of<double>("flip-rate", flip_rate, "a share in [0, 1]", problems);
  options.correlation = number_of<double>("correlation", correlation, "a number in [0, 1]", problems);
  options.target.margin = number_of<double>("margin", margin, "a number of points", problems).value_or(1) / 100;
  options.target.test.alpha = number_of<double>("alpha", alpha, "a share in (0, 0.5)", problems).value_or(options.target.test.alpha);
  options.target.test.power = number_of<double>("power", power, "a share in (0, 1)", problems).value_or(options.target.test.power);
  options.seed = number_of<std::uint64_t>("seed", seed, "an integer, 0 or more", problems).value_or(0);
  check_options(options, problems);
  throw_if_any(problems);
  return options;
}

SourcedNumber given_or(const std::optional<double>& given, double assumed) {
  return given ? SourcedNumber{*given, Origin::kGiven} : SourcedNumber{assumed, Origin::kAssumed};
}

SizeReport plan_counts(const PlanOptions& options) {
  const auto shape = even_shape(*options.count, options.clusters.value_or(*options.count));
  PlannedSize size{plan_size(shape, given_or(options.flip_rate, kAssumedFlipRate), given_or(options.correlation, kAssumedCorrelation), options.target), {}};
  size.plan.samples = *options.count;
  size.plan.unit_name = "samples";
  return {options.target, {std::move(size)}, {}};
}

struct TwoRuns {
  MeasuredRun first, second;
};

/// Fills in benchmarks and data folder from the runs where the command line leaves them out, and checks that both saw the same data.
TwoRuns read_runs(PlanOptions& options) {
  TwoRuns runs{read_measured_run(options.runs[0]), read_measured_run(options.runs[1])};
  const Manifest &first = runs.first.manifest, &second = runs.second.manifest;
  if (!first.fixed.empty()) {
    const RunConfig config = config_of(first, options.runs[0]);
    if (options.benchmarks.empty()) options.benchmarks = config.task.benchmarks;
    if (options.data_dir.empty()) options.data_dir = config.task.data_dir;
  }
  if (options.benchmarks.empty())
    throw ConfigError(fmt::format("--runs: {} has no manifest, being replies of another harness; name the benchmarks with --bench", options.runs[0]));
  for (const auto& name : options.benchmarks) {
    const bool is_in_first = runs.first.scores.contains(name);
    if (!is_in_first || !runs.second.scores.contains(name)) throw DataError(fmt::format("--runs: {} is not in {}", name, options.runs[is_in_first ? 1 : 0]));
    const std::string before = value_of(first, name + ".data_digest"), now = value_of(second, name + ".data_digest");
    if (before != now && !before.empty() && !now.empty())
      throw DataError(fmt::format("--runs: the runs saw different data of {}: digests {} and {}", name, before, now));
  }
  return runs;
}

/// One benchmark: what is planned, and what it is planned from.
struct OpenedSet {
  PlanningSet set;
  PlannedSize size;
};

OpenedSet plan_benchmark(const PlanOptions& options, const PlannedBenchmark& planned, const TwoRuns* runs, std::vector<std::string>& notes) {
  PlanningSet set = read_planning_set(planned);
  if (!set.note.empty()) notes.push_back(set.note);
  SourcedNumber flip_rate = given_or(options.flip_rate, kAssumedFlipRate), correlation = given_or(options.correlation, kAssumedCorrelation);
  if (runs != nullptr) {
    const auto measured = measure_flips(paired_units(set, runs->first.scores, runs->second.scores));
    flip_rate = {measured.flip_rate, Origin::kMeasured};
    if (!options.correlation && measured.correlation) correlation = {*measured.correlation, Origin::kMeasured};
    notes.push_back(fmt::format("{}: {} of {} samples have another score in the second run", set.benchmark, measured.flips, measured.units));
    if (set.unit_name != "samples") notes.push_back(fmt::format("{}: flips were measured on samples and are taken for those of {}", set.benchmark, set.unit_name));
  }
  PlannedSize size{plan_size(set.shape(), flip_rate, correlation, options.target), {}};
  size.plan.benchmark = set.benchmark;
  size.plan.samples = static_cast<std::int64_t>(set.ids.size());
  size.plan.unit_name = set.unit_name;
  return {std::move(set), std::move(size)};
}

/// The clusters of the subset that was asked for. Throws ConfigError, with what there is, when the whole set is too small for it.
std::vector<std::size_t> choose_clusters(const PlanOptions& options, const SubsetDraw& draw, const OpenedSet& opened) {
  const auto& plan = opened.size.plan;
  if (options.count) {
    if (auto places = subset_of_units(draw, static_cast<double>(*options.count))) return *places;
    throw ConfigError(fmt::format("--count: {} has {:.0f} {}, not {}", plan.benchmark, plan.units, plan.unit_name, *options.count));
  }
  if (auto places = subset_for_margin(draw, plan.flip_rate.value, plan.correlation.value, options.target)) return *places;
  throw ConfigError(fmt::format("--margin: all of {} sees a drop of {} points with {:.3g} % flips ({}); a drop of {} needs {:.0f} {} and it has {:.0f}; raise "
                                "--margin, or give a lower --flip-rate if yours is", plan.benchmark, points_text(plan.whole.detectable_drop),
                                100 * plan.flip_rate.value, name_of(plan.flip_rate.origin), points_text(options.target.margin), plan.whole.units_needed,
                                plan.unit_name, plan.units));
}

/// Fills in the note on the subset and gives its part of the file.
std::string subset_of(const PlanOptions& options, OpenedSet& opened, bool names_benchmarks) {
  const auto& set = opened.set;
  const auto& plan = opened.size.plan;
  const SubsetDraw draw(set.clusters, set.benchmark, options.seed);
  const auto places = choose_clusters(options, draw, opened);
  const auto shape = draw.shape_of(places);
  std::vector<bool> is_chosen(set.clusters.size());
  for (const auto place : places) is_chosen[place] = true;
  SubsetNote note{options.subset_file, options.seed, 0, shape.units, static_cast<std::int64_t>(places.size()),
                  drop_seen(shape, plan.flip_rate.value, plan.correlation.value, options.target.test)};
  std::string lines;
  for (std::size_t i = 0; i < set.ids.size(); ++i) {
    if (!is_chosen[set.cluster_of_sample[i]]) continue;
    ++note.samples;
    lines += sample_list_line(names_benchmarks ? set.benchmark : "", set.ids[i]) + "\n";
  }
  const std::string asked = options.count ? fmt::format("count {}", *options.count) : fmt::format("margin {} points", points_text(options.target.margin));
  std::string head = fmt::format("# {}: n = {} of {} samples, {} clusters, seed {}, {}\n# sees a drop of {} points with {:.3g} % flips ({})\n", set.benchmark,
                                 note.samples, plan.samples, note.clusters, note.seed, asked, points_text(note.detectable_drop), 100 * plan.flip_rate.value,
                                 name_of(plan.flip_rate.origin));
  opened.size.subset = std::move(note);
  return head + lines;
}

SizeReport plan_benchmarks(const Program& program, PlanOptions options) {
  std::optional<TwoRuns> runs;
  if (!options.runs.empty()) runs = read_runs(options);
  RunConfig config;
  config.task.benchmarks = options.benchmarks;
  const Plan plan = make_plan(config, program.catalog, data_places(options.data_dir));
  SizeReport report{options.target, {}, {}};
  std::string subset_text;
  for (const auto& planned : plan.benchmarks) {
    OpenedSet opened = plan_benchmark(options, planned, runs ? &*runs : nullptr, report.notes);
    if (!options.subset_file.empty()) subset_text += subset_of(options, opened, plan.benchmarks.size() > 1);
    report.sets.push_back(std::move(opened.size));
  }
  if (!options.subset_file.empty()) write_file_atomically(options.subset_file, subset_text);
  return report;
}

/// What the reader should know was not measured.
void note_assumptions(SizeReport& report) {
  bool assumes_flips = false, assumes_correlation = false;
  for (const auto& [plan, subset] : report.sets) {
    assumes_flips = assumes_flips || plan.flip_rate.origin == Origin::kAssumed;
    assumes_correlation = assumes_correlation || (plan.correlation.origin == Origin::kAssumed && plan.design_effect > 1);
  }
  if (assumes_flips) report.notes.emplace_back("the flip rate is assumed; measure yours on two runs with --runs A,B");
  if (assumes_correlation) report.notes.emplace_back("the correlation within clusters is assumed; --runs A,B measures it");
}

}  // namespace

int plan_verb(const Program& program, Arguments arguments) {
  PlanOptions options = parse_options(std::move(arguments));
  if (options.shows_help) return 0;
  const bool is_json = wants_json(options.format);
  SizeReport report = options.has_data() ? plan_benchmarks(program, std::move(options)) : plan_counts(options);
  note_assumptions(report);
  print_out(is_json ? size_json(report) : size_text(report));
  return 0;
}

}  // namespace assay
