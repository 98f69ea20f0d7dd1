#include <fmt/format.h>
#include <fmt/ranges.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <system_error>
#include <vector>

#include "harness/base/error.h"
#include "harness/base/suggestion.h"
#include "harness/cli/command_line.h"
#include "harness/cli/speed_compare.h"
#include "harness/cli/verbs.h"

namespace assay {
namespace {

constexpr const char* kExamples =
    "  assay speed decode --model checkpoints/InternVL2_5-1B\n"
    "  assay speed encoder --model M --repetitions 9 --out new.json    # a file that `assay speed compare` takes\n"
    "  assay speed tiling\n"
    "  assay speed compare old.json new.json                           # by ratio of medians; exit codes are `assay gate`'s\n"
    "  assay speed compare --old-binary build-old/assay --new-binary build/assay decode --model M   # both in turns\n";

struct Stage {
  const char* name;
  const char* program;  ///< beside this one
  const char* filter;   ///< of its benchmarks, a regular expression
  const char* what;
  bool needs_model = false;
};

constexpr Stage kStages[] = {
    {"tiling", "assay_speed_tiling", ".*", "pictures to the encoder's input: decode, resize to tiles, normalise"},
    {"encoder", "assay_speed_engine", "^(peak|encoder)", "tiles to features, the projector included", true},
    {"prefill", "assay_speed_engine", "^(peak|prefill)", "prompts of a picture in 1, 7 and 13 tiles", true},
    {"decode", "assay_speed_engine", "^(peak|decode)", "one token for 1, 8 and 16 replies behind long prompts", true},
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

}  // namespace

int speed_verb(const Program&, Arguments arguments) {
  if (!arguments.empty() && arguments[0] == "compare") return speed_compare({arguments.begin() + 1, arguments.end()});
  std::string name, model, out, filter, min_time, repetitions;
  CommandLine line("speed", "Times the stages of a run with Google Benchmark, beside what the machine could do.", kExamples + stages_text());
  line.argument("STAGE", name, "what to time");
  line.text("model", model, "checkpoint folder, in one of InternVL's layouts");
  line.text("out", out, "also write the timings into this file, as Google Benchmark's JSON");
  line.text("repetitions", repetitions, "time everything so often, in random order; the gate asks for 9 [1]");
  line.text("filter", filter, "only benchmarks whose names this regular expression finds");
  line.text("min-time", min_time, "least seconds a benchmark [0.5]");
  Problems problems;
  if (!line.parse(std::move(arguments), problems)) return 0;
  if (name.empty()) problems.push_back(fmt::format("assay speed: name a stage: {}", fmt::join(stage_names(), ", ")));
  if (!repetitions.empty() && !is_count(repetitions)) problems.push_back(fmt::format("--repetitions must be a whole number of at least 1, got \"{}\"", repetitions));
  throw_if_any(problems);
  const auto& stage = stage_named(name);
  if (stage.needs_model && model.empty()) throw ConfigError(fmt::format("assay speed {}: --model is missing: name a checkpoint folder in one of InternVL's layouts", stage.name));
  std::vector<std::string> command{program_path(stage), fmt::format("--benchmark_filter={}", filter.empty() ? stage.filter : filter)};
  if (!repetitions.empty()) command.insert(command.end(), {fmt::format("--benchmark_repetitions={}", repetitions), "--benchmark_enable_random_interleaving=true"});
  if (!min_time.empty()) command.push_back(fmt::format("--benchmark_min_time={}", min_time));
  if (!out.empty()) command.insert(command.end(), {fmt::format("--benchmark_out={}", out), "--benchmark_out_format=json"});
  if (!model.empty()) ::setenv("ASSAY_SPEED_MODEL", model.c_str(), 1);
  become(command);
}

}  // namespace assay
