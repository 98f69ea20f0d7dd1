#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <new>
#include <optional>
#include <thread>
#include <utility>

#include "benchmarks/yaml_benchmark.h"
#include "harness/base/error.h"
#include "harness/base/file.h"
#include "harness/cli/command_line.h"
#include "harness/cli/dry_run.h"
#include "harness/cli/run_early_stop.h"
#include "harness/cli/verbs.h"
#include "harness/demo.h"
#include "harness/hardware.h"
#include "harness/interrupt.h"
#include "harness/manifest.h"
#include "harness/plugins.h"
#include "harness/progress.h"
#include "harness/ranks/job.h"
#include "harness/run_folder.h"
#include "harness/run_loop.h"
#include "harness/run_results.h"
#include "harness/scored_run.h"
#include "remote/remote_vlm.h"
#include "reports/results_json.h"
#include "reports/text_reports.h"

namespace assay {
namespace {

constexpr const char* kExamples =
    "  assay run --model checkpoints/InternVL2_5-1B --bench chartqa_test,docvqa_val --data-dir data --out runs/first\n"
    "  assay run --model checkpoints/InternVL2_5-1B --bench mme --out runs/try --limit 20 --dtype float32\n"
    "  assay run --config eval.yaml --out runs/second --dry-run\n"
    "  assay run --model M --bench seed_bench --print-config > eval.yaml\n";

struct RunOptions {
  RunConfig config;
  bool prints_config = false;
  bool is_dry_run = false;
  EarlyStopOptions early_stop;
  bool shows_help = false;
};

RunOptions parse_options(const Program& program, Arguments arguments) {
  RunOptions options;
  RawValues given;
  std::string config_file;
  bool is_demo = false;
  CommandLine line("run", "Asks a model every sample of some benchmarks and scores the replies.", kExamples);
  line.fields(given);
  line.text("config", config_file, "YAML file of these options; the command line wins over it");
  line.flag("demo", is_demo, "the demo's model and suites (demo/, or the folder that ASSAY_DEMO names), into runs/demo; other options win over it");
  line.flag("print-config", options.prints_config, "write the resolved options as such a file and end");
  line.flag("dry-run", options.is_dry_run, "find the data, read the model's headers, count, and estimate the time (good within a factor of 2) "
            "from the last start or some seconds of measuring with made-up weights; run nothing");
  line.flag("until-decided", options.early_stop.is_asked_for, "ask pictures in random order and stop as soon as a gate against --baseline is certain; "
            "exit codes are `assay gate`'s");
  line.text("baseline", options.early_stop.baseline, "for --until-decided: run folder or baseline file");
  line.text("policy", options.early_stop.policy, "for --until-decided: the gate's policy (docs/gate.md)");
  Problems problems;
  if (!line.parse(std::move(arguments), problems)) {
    options.shows_help = true;
    return options;
  }
  RawValues base = config_file.empty() ? RawValues{} : read_config_file(config_file, problems);
  if (is_demo) base.merge(demo_values(find_demo_folder()));  // what the file names stays
  options.config = make_config(base, given, problems);
  for (auto& name : options.config.task.benchmarks) {
    if (is_yaml_benchmark(name)) name = std::filesystem::absolute(name).lexically_normal().string();  // the run is scored again from any folder
  }
  for (auto& file : options.config.task.plugins) file = std::filesystem::absolute(file).lexically_normal().string();
  if (!options.prints_config) {
    load_plugins(options.config.task.plugins);
    append(problems, validate(options.config, names_of(program.catalog)));
    if (options.early_stop.is_asked_for == options.early_stop.baseline.empty()) problems.emplace_back("--until-decided and --baseline belong together");
    if (options.early_stop.is_asked_for && options.config.output.repeat > 1) problems.emplace_back("--until-decided and --repeat exclude each other");
    if (!options.early_stop.policy.empty() && !options.early_stop.is_asked_for) problems.emplace_back("--policy belongs to --until-decided; `assay gate` takes it for whole runs");
    if (options.config.output.folder.empty() && !options.is_dry_run) problems.emplace_back("--out is missing: name a folder for the run");
  }
  throw_if_any(problems);
  return options;
}

int interrupted(const Program& program, std::int64_t done, std::int64_t total) {
  print_log(fmt::format("assay: interrupted; {} of {} samples are done and kept. To go on:\n  {}", done, total, command_text(program.command)));
  return interrupt::exit_code_of(interrupt::signal_received());
}

void log_plan(const Plan& plan) {
  for (const auto& planned : plan.benchmarks)
    print_log(fmt::format("{}: {} prompts on {} distinct pictures, asked as {}", planned.benchmark->name(), planned.prompt_count,
                          planned.distinct_pictures, planned.prompt_profile));
}

void log_notes(const std::vector<std::string>& notes) {
  constexpr std::size_t kShown = 10;
  for (std::size_t i = 0; i < notes.size() && i < kShown; ++i) print_log(fmt::format("assay: note: {}", notes[i]));
  if (notes.size() > kShown) print_log(fmt::format("assay: note: and {} more of this kind", notes.size() - kShown));
}

/// One start of a run, from the samples that are left to the last record.
struct Start {
  LoopOutcome outcome;
  double wall_ms = 0;
  std::int64_t crew_memory_bytes = 0;
};

/// What a run is made with beside its config and plan.
struct Means {
  std::unique_ptr<Vlm> model;       ///< none once the last reply is written: its memory is the scorers' then
  Crew* crew = nullptr;             ///< the other ranks
  EarlyStop* early_stop = nullptr;  ///< --until-decided
};

Start ask_what_is_left(const RunConfig& config, const Plan& plan, const RunState& state, const RunFolder& folder, const Means& means) {
  EarlyStop* const early_stop = means.early_stop;
  Start start;
  if (state.done == plan.sample_count()) {
    start.outcome = {LoopOutcome::End::kFinished, state.done, 0, state.failed, {}};
    if (static_cast<double>(state.failed) > config.output.max_failures * static_cast<double>(state.done))
      start.outcome.end = LoopOutcome::End::kOverBudget;
    return start;
  }
  if (state.done > 0) print_log(fmt::format("going on: {} of {} samples are done", state.done, plan.sample_count()));
  LoopOptions options;
  options.crew = means.crew;
  options.folder = folder.path();
  options.journals_before = JournalFiles(folder.path()).last_number();
  options.on_note = [](const std::string& note) { print_log(fmt::format("assay: note: {}", note)); };
  JournalWriter journal(folder.path());
  Progress progress(Progress::style_of_stderr(), plan.sample_count(), state.done);
  options.max_failures = config.output.max_failures;
  options.should_stop = [early_stop] { return interrupt::signal_received() != 0 || (early_stop != nullptr && early_stop->is_decided()); };
  if (early_stop != nullptr)
    options.on_record = [early_stop](const JournalRecord& record) { early_stop->add(record.benchmark, record.id, record.score); };
  options.on_progress = [&](std::int64_t done, std::int64_t failed) { progress.update(done, failed); };
  const auto began = std::chrono::steady_clock::now();
  start.outcome = run_samples(plan, state, *means.model, journal, options);
  start.wall_ms = std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - began).count();
  if (means.crew != nullptr) start.crew_memory_bytes = means.crew->peak_memory_bytes();
  return start;
}

[[noreturn]] void throw_over_budget(const RunConfig& config, const LoopOutcome& outcome, std::int64_t total) {
  std::string text = fmt::format("{} of {} samples failed, more than --max-failures {} allows; the records are kept", outcome.failed, total,
                                 config.output.max_failures);
  for (const auto& failure : outcome.failures) text += "\n  - " + failure;
  throw ModelError(text + "\nOnce the cause is gone, the same command with --retry-failed goes on; or allow more with --max-failures");
}

void write_submissions(const RunFolder& folder, const std::vector<Submission>& submissions) {
  if (submissions.empty()) return;
  make_folder("--out", submissions_path(folder.path()));
  for (const auto& submission : submissions) {
    const auto path = submissions_path(folder.path()) / std::filesystem::path(submission.file_name).filename();
    write_file_atomically(path, submission.content);
    print_log(fmt::format("to hand in: {}", path.string()));
  }
}

/// By the tokens that the endpoint counted, where somebody said what they cost.
void print_cost(const RunConfig& config, const RunTiming& timing) {
  constexpr double kPricedTokens = 1e6;
  const auto& [unused, price_in, price_out] = config.endpoint;
  if (price_in == 0 && price_out == 0) return;
  const double cost = (static_cast<double>(timing.prompt_tokens) * price_in + static_cast<double>(timing.new_tokens) * price_out) / kPricedTokens;
  print_out(fmt::format("cost: {:.4f} at {} and {} for a million prompt and reply tokens\n", cost, price_in, price_out));
}

enum class Print { kResults, kNothing };

/// From the records on disk to the files and the numbers on stdout.
void finish(const RunConfig& config, const Plan& plan, const RunFolder& folder, const Start& start, Print print) {
  JournalFiles journals(folder.path());
  const RunState state = read_state(plan, journals);
  if (state.done != plan.sample_count())
    throw InternalError(fmt::format("{} of {} samples can be read back from the journals", state.done, plan.sample_count()));
  const RunResults results = compute_results(plan, state, journals);
  RunTiming timing = sum_times(plan, state, journals);
  timing.wall_ms = start.wall_ms;
  timing.samples_in_wall = start.outcome.done_now;
  timing.peak_memory_bytes = peak_memory_bytes() + start.crew_memory_bytes;
  RunRecord record = results.record();
  record.weights = weights_label(config);
  const std::string json = results_json(record);
  write_file_atomically(results_path(folder.path()), json);
  write_file_atomically(report_path(folder.path()), markdown_report(record));
  write_file_atomically(samples_path(folder.path()), samples_file(results.benchmarks));
  if (start.outcome.done_now > 0) write_file_atomically(timing_path(folder.path()), timing_json(timing));
  if (print == Print::kNothing) return;
  write_submissions(folder, results.submissions);
  if (wants_json(config.output.format)) return print_out(json);
  const std::string summary = console_summary(record);
  print_out(console_report(record) + "\n" + summary + (summary.empty() ? "" : "\n") + console_timing(timing));
  print_cost(config, timing);
  print_log(fmt::format("report: {}", report_path(folder.path()).string()));
}

/// What --samples named, so that the run can be scored again without that file.
void keep_sample_list(const Plan& plan, const RunFolder& folder) {
  const auto path = sample_list_path(folder.path());
  if (!plan.samples_text.empty() && !std::filesystem::exists(path)) write_file_atomically(path, plan.samples_text);
}

/// From the first request to results.json of the run itself (1) or its repeats (2, ...). Returns the exit code.
int run_into(const Program& program, const RunConfig& config, const Plan& plan, const RunFolder& folder, Means& means, int repeat) {
  EarlyStop* const early_stop = means.early_stop;
  RunState state = read_state(plan, JournalFiles(folder.path()));
  log_notes(state.notes);
  if (config.output.retries_failed) forget_failures(state);
  if (early_stop != nullptr) count_what_is_done(*early_stop, plan, state, JournalFiles(folder.path()));
  const Start start = ask_what_is_left(config, plan, state, folder, means);
  const LoopOutcome& outcome = start.outcome;
  const bool was_stopped = outcome.end == LoopOutcome::End::kStopped;
  if (was_stopped && early_stop != nullptr && early_stop->is_decided()) return print_decision(*early_stop, outcome, plan.sample_count());
  if (was_stopped) return interrupted(program, outcome.done, plan.sample_count());
  if (outcome.end == LoopOutcome::End::kOverBudget) throw_over_budget(config, outcome, plan.sample_count());
  if (repeat == config.output.repeat) means.model.reset();
  finish(config, plan, folder, start, repeat == 1 ? Print::kResults : Print::kNothing);
  return early_stop != nullptr ? print_decision(*early_stop, outcome, plan.sample_count()) : 0;
}

/// The same run again, into folders below the first: what that changes is noise, and no regression.
int run_repeats(const Program& program, RunConfig config, const Plan& plan, Means& means, const Manifest& manifest) {
  const std::filesystem::path first = config.output.folder;
  for (int k = 2; k <= config.output.repeat; ++k) {
    print_log(fmt::format("repeat {} of {}", k, config.output.repeat));
    config.output.folder = repeat_path(first, k).string();
    const RunFolder folder(config.output.folder);
    write_or_compare(folder.path(), manifest);
    keep_sample_list(plan, folder);
    if (const int code = run_into(program, config, plan, folder, means, k); code != 0) return code;
  }
  if (config.output.repeat > 1 && !wants_json(config.output.format))
    for (const auto& repeat : read_scored_run(first).repeats)
      print_out(fmt::format("repeated: {} as {}: {} of {} replies changed, {} scores\n", repeat.benchmark, repeat.profile, repeat.changed_replies,
                            repeat.samples, repeat.changed_scores));
  return 0;
}

/// This rank's share of the machine.
VlmOptions vlm_options_on(const RunConfig& config, const RankPlace& place) {
  VlmOptions options = vlm_options(config);
  if (place.size == 1) return options;
  const int cores = this_hardware().cores, threads = threads_for(options.threads, cores, usable_cores(), place);
  if (place.rank == 0 && options.threads == 0 && threads < cores / place.local_size)
    print_log(fmt::format("assay: note: the launcher has bound each process to {} of {} cores; mpirun's --bind-to none lets each have {}", threads, cores,
                          cores / place.local_size));
  options.threads = options.image_threads = threads;
  options.device = device_for(options.device, std::getenv("CUDA_VISIBLE_DEVICES"), place);
  return options;
}

/// A checkpoint, or a model behind an endpoint.
std::unique_ptr<Vlm> open_model(const Program& program, const RunConfig& config, const RankPlace& place) {
  const VlmOptions options = vlm_options_on(config, place);
  if (!names_endpoint(config.model.path)) {
    auto model = program.open_model(config.model.path, options);
    if (model->card().weights != weights_label(config))
      throw ConfigError(fmt::format("\"{}\" cannot run with its weights in another form; leave --weights {} out", config.model.path, config.model.weights));
    return model;
  }
  RemoteOptions remote = config.endpoint.options;
  remote.seed = config.decoding.seed;
  return open_remote_vlm(parse_endpoint(config.model.path), remote, options);
}

/// What a rank's own run would be made with must be what rank 0's is: the same weights, data and prompts, on whatever machine.
void compare_with_rank_0(const std::filesystem::path& folder, const Manifest& manifest) {
  constexpr std::chrono::milliseconds kLongest(20'000), kStep(100);  // network file systems show new files late
  for (auto waited = std::chrono::milliseconds(0); !std::filesystem::exists(manifest_path(folder)) && waited < kLongest; waited += kStep)
    std::this_thread::sleep_for(kStep);
  if (!std::filesystem::exists(manifest_path(folder)))
    throw ConfigError(fmt::format("--out: {} is not there, which rank 0 has written; all ranks must see one folder of this name", manifest_path(folder).string()));
  write_or_compare(folder, manifest);
}

void serve_rank_0(const Program& program, Arguments arguments, CrewMember& member, const RankPlace& place) {
  const RunConfig config = parse_options(program, std::move(arguments)).config;
  interrupt::install(false);
  member.stop_when([] { return interrupt::signal_received() != 0; });
  const Plan plan = make_plan(config, program.catalog, data_places(config.task.data_dir));
  const auto model = open_model(program, config, place);
  const Manifest manifest = make_manifest(config, plan, model->card(), model->weights_digest());
  while (const auto folder = member.next_run()) {
    compare_with_rank_0(*folder, manifest);
    {
      JournalWriter journal(*folder);
      work_through(plan, member.work(), *model, journal);
    }
    member.report_end(peak_memory_bytes());
  }
}

/// Any rank but 0: what it has to say, its errors too, rank 0 says, and ends the job with their code.
int run_as_member(const Program& program, Arguments arguments, const Job& job) {
  int exit_code = 0;
  std::string message;
  try {
    serve_rank_0(program, std::move(arguments), *job.member(), job.place());
    return 0;
  } catch (const Error& error) {
    exit_code = error.exit_code(), message = error.what();
  } catch (const std::bad_alloc&) {
    exit_code = ModelError("").exit_code(), message = "out of memory; fewer processes on this machine, a smaller --batch or fewer --max-tiles may fit";
  } catch (const std::exception& error) {
    exit_code = InternalError("").exit_code(), message = error.what();
  }
  if (job.member()->report_error(exit_code, message)) return 0;
  print_log(fmt::format("assay: rank {}: {}", job.place().rank, message));
  return exit_code;
}

/// Options that only tell something: no other process is needed for them.
bool only_tells(const Arguments& arguments) {
  return std::ranges::any_of(arguments, [](const std::string& word) { return word == "--help" || word == "-h" || word == "--print-config" || word == "--dry-run"; });
}

bool is_other_rank() {
  const auto launch = find_launch([](const char* name) { return std::getenv(name); });
  return launch && launch->rank > 0;
}

}  // namespace

int run_verb(const Program& program, Arguments arguments) {
  const bool tells = only_tells(arguments);
  if (tells && is_other_rank()) return 0;
  const Job job = tells ? Job() : Job::join();
  if (job.member() != nullptr) return run_as_member(program, std::move(arguments), job);
  if (job.crew() != nullptr && job.crew()->size() + 1 < job.place().size)
    print_log(fmt::format("assay: note: {} of {} ranks have not come; the others do their share", job.place().size - job.crew()->size() - 1, job.place().size));
  const RunOptions options = parse_options(program, std::move(arguments));
  if (options.shows_help) return 0;
  const RunConfig& config = options.config;
  if (options.prints_config) {
    print_out(to_yaml(config));
    return 0;
  }
  if (options.early_stop.is_asked_for && job.place().size > 1)
    throw ConfigError("--until-decided takes its samples one after the other: start it as one process, without mpirun or srun");
  interrupt::install();
  if (!options.is_dry_run) check_folder("--out", config.output.folder);
  Plan plan = make_plan(config, program.catalog, data_places(config.task.data_dir));
  if (options.is_dry_run) return dry_run(program, config, plan);
  log_plan(plan);
  if (interrupt::signal_received() != 0) return interrupted(program, 0, plan.sample_count());
  // An existing folder is taken at once, so that a second run is told before it loads a model; a new one is made once there is one.
  std::optional<RunFolder> held;
  if (std::filesystem::exists(config.output.folder)) held.emplace(config.output.folder);
  Means means{open_model(program, config, job.place()), job.crew()};
  if (const auto label = weights_label(config); !label.empty()) print_log(fmt::format("weights: the language model's are kept in {}, everything else as --dtype says", label));
  if (!held) held.emplace(config.output.folder);
  const RunFolder& folder = *held;
  Manifest manifest = make_manifest(config, plan, means.model->card(), means.model->weights_digest());
  if (job.place().size > 1) manifest.noted.push_back({"processes", fmt::format("{}", job.place().size)});
  const auto early_stop = make_early_stop(options.early_stop, plan, manifest);
  write_or_compare(folder.path(), manifest);
  keep_sample_list(plan, folder);
  means.early_stop = early_stop.get();
  const int code = run_into(program, config, plan, folder, means, 1);
  return code != 0 || early_stop ? code : run_repeats(program, config, plan, means, manifest);
}

}  // namespace assay
