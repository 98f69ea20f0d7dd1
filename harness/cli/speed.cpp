#include <fmt/format.h>
#include <fmt/ranges.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <string>
#include <system_error>
#include <utility>
#include <vector>

#include "harness/base/error.h"
#include "harness/base/file.h"
#include "harness/base/suggestion.h"
#include "harness/cli/child_program.h"
#include "harness/cli/command_line.h"
#include "harness/cli/speed_compare.h"
#include "harness/cli/verbs.h"
#include "harness/roofline_file.h"
#include "harness/scratch_folder.h"
#include "reports/roofline.h"

namespace assay {
namespace {

constexpr const char* kExamples =
    "  assay speed decode --model checkpoints/InternVL2_5-1B\n"
    "  assay speed encoder --model M --repetitions 9 --out new.json    # a file that `assay speed compare` takes\n"
    "  assay speed model --model M --plot roofline.svg                 # each stage against the machine's limits\n"
    "  assay speed tiling\n"
    "  assay speed compare old.json new.json                           # by ratio of medians; exit codes are `assay gate`'s\n"
    "  assay speed compare --old-binary build-old/assay --new-binary build/assay decode --model M   # both in turns\n";

struct Stage {
  const char* name;
  const char* program;  ///< beside this one
  const char* filter;   ///< of its benchmarks, a regular expression
  const char* what;
  bool needs_model = false;
  bool has_counted_work = false;  ///< its rows say how much they did, so that they can be held against the machine's limits
};

constexpr Stage kStages[] = {
    {"tiling", "assay_speed_tiling", ".*", "pictures to the encoder's input: decode, resize to tiles, normalise"},
    {"encoder", "assay_speed_engine", "^(peak|encoder)", "tiles to features, the projector included", true, true},
    {"projector", "assay_speed_engine", "^(peak|projector)", "what the vision tower gave to features", true, true},
    {"prefill", "assay_speed_engine", "^(peak|prefill)", "prompts of a picture in 1, 7 and 13 tiles", true, true},
    {"decode", "assay_speed_engine", "^(peak|decode)", "one token for 1, 8 and 16 replies behind long prompts", true, true},
    {"model", "assay_speed_engine", "^(peak|encoder|projector|prefill|decode)", "the four above in one process", true, true},
    {"pipeline", "assay_speed_engine", "^pipeline", "whole requests, from a picture's bytes to sixteen tokens", true},
    {"scorers", "assay_speed_scorers", ".*", "reading and scoring of replies"},
    {"overhead", "assay_speed_loop", ".*", "the harness with a model that answers at once"},
};

std::vector<std::string> stage_names() {
  std::vector<std::string> names{"compare"};
  for (const auto& stage : kStages) names.emplace_back(stage.name);
  return names;
}

const Stage& stage_named(const std::string& name) {
  const auto* stage = std::ranges::find_if(kStages, [&](const Stage& one) { return name == one.name; });
  if (stage != std::end(kStages)) return *stage;
  throw ConfigError(fmt::format("assay speed: there is no stage \"{}\"{}", name, suggestion(name, stage_names())));
}

std::string stages_text() {
  std::string text = "\nStages:\n";
  for (const auto& stage : kStages) text += fmt::format("  {:<10}{}{}\n", stage.name, stage.what, stage.needs_model ? " (--model)" : "");
  return text + "  compare   two files that --out wrote, or Google Benchmark: OLD NEW; or two programs, in turns\n";
}

bool is_count(const std::string& text) { return text.size() < 7 && text.find_first_not_of("0123456789") == std::string::npos && text.find_first_not_of('0') != std::string::npos; }

/// The program beside this one. Throws ConfigError where it was not built.
std::string program_path(const Stage& stage) {
  std::error_code error;
  const auto self = std::filesystem::read_symlink("/proc/self/exe", error);
  const auto path = self.parent_path() / stage.program;
  if (error || !std::filesystem::exists(path))
    throw ConfigError(fmt::format("assay speed: {} is not there; build it with cmake -DASSAY_BUILD_SPEED=ON{}", path.string(),
                                  stage.needs_model ? " -DASSAY_WITH_LIBTORCH=ON" : ""));
  return path.string();
}

/// Hands this process over to the program. Returns only by throwing.
[[noreturn]] void become(const std::vector<std::string>& command) {
  std::vector<char*> words;
  for (const auto& word : command) words.push_back(const_cast<char*>(word.c_str()));
  words.push_back(nullptr);
  ::execv(words[0], words.data());
  throw ConfigError(fmt::format("assay speed: {} does not start: {}", command[0], std::strerror(errno)));
}

/// Runs the program with its table shown and draws what it has timed. One that fails has said why.
int run_and_plot(std::vector<std::string> command, const std::string& out, const std::string& plot) {
  const ScratchFolder folder;
  const auto timings = out.empty() ? (folder.path() / "timings.json").string() : out;
  command.insert(command.end(), {fmt::format("--benchmark_out={}", timings), "--benchmark_out_format=json"});
  const auto end = run_shown(command);
  if (end.signal != 0) throw ModelError(fmt::format("{}: {}", command[0], end.text()));
  if (end.exit_code != 0) return end.exit_code;
  write_file_atomically(plot, roofline_svg(read_roofline({timings})));
  return 0;
}

}  // namespace

int speed_verb(const Program&, Arguments arguments) {
  if (!arguments.empty() && arguments[0] == "compare") return speed_compare({arguments.begin() + 1, arguments.end()});
  std::string name, model, weights, out, plot, filter, min_time, repetitions;
  CommandLine line("speed", "Times the stages of a run with Google Benchmark, beside what the machine could do.", kExamples + stages_text());
  line.argument("STAGE", name, "what to time");
  line.text("model", model, "checkpoint folder; of InternVL's or LLaVA's families, for `pipeline` of any");
  line.text("weights", weights, "how the language model's are kept: model or int8 [model]");
  line.text("out", out, "also write the timings into this file, as Google Benchmark's JSON");
  line.text("plot", plot, "also draw the rows against the machine's limits into this file, as SVG");
  line.text("repetitions", repetitions, "time everything so often, in random order; the gate asks for 9 [1]");
  line.text("filter", filter, "only benchmarks whose names this regular expression finds");
  line.text("min-time", min_time, "least seconds a benchmark [0.5]");
  Problems problems;
  if (!line.parse(std::move(arguments), problems)) return 0;
  if (name.empty()) problems.push_back(fmt::format("assay speed: name a stage: {}", fmt::join(stage_names(), ", ")));
  if (!repetitions.empty() && !is_count(repetitions)) problems.push_back(fmt::format("--repetitions must be a whole number of at least 1, got \"{}\"", repetitions));
  if (!weights.empty() && weights != "model" && weights != "int8") problems.push_back(fmt::format("--weights must be model or int8, got \"{}\"", weights));
  throw_if_any(problems);
  const auto& stage = stage_named(name);
  if (stage.needs_model && model.empty()) throw ConfigError(fmt::format("assay speed {}: --model is missing: name a checkpoint folder", stage.name));
  if (!plot.empty() && !stage.has_counted_work) throw ConfigError(fmt::format("assay speed {}: --plot is for stages whose work is counted: encoder, projector, prefill, decode, model", stage.name));
  std::vector<std::string> command{program_path(stage), fmt::format("--benchmark_filter={}", filter.empty() ? stage.filter : filter)};
  if (!repetitions.empty()) command.insert(command.end(), {fmt::format("--benchmark_repetitions={}", repetitions), "--benchmark_enable_random_interleaving=true"});
  if (!min_time.empty()) command.push_back(fmt::format("--benchmark_min_time={}", min_time));
  if (!model.empty()) ::setenv("ASSAY_SPEED_MODEL", model.c_str(), 1);
  if (!weights.empty()) ::setenv("ASSAY_SPEED_WEIGHTS", weights.c_str(), 1);
  if (!plot.empty()) return run_and_plot(std::move(command), out, plot);
  if (!out.empty()) command.insert(command.end(), {fmt::format("--benchmark_out={}", out), "--benchmark_out_format=json"});
  become(command);
}

}  // namespace assay
