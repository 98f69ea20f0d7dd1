#include "harness/cli/speed_compare.h"

#include <fmt/format.h>

#include <string>
#include <utility>
#include <vector>

#include "harness/base/error.h"
#include "harness/base/number.h"
#include "harness/cli/command_line.h"
#include "harness/cli/speed_rounds.h"
#include "harness/cli/verdict_output.h"
#include "harness/gate/speed_file.h"
#include "harness/gate/speed_gate.h"

namespace assay {
namespace {

constexpr const char* kExamples =
    "  assay speed compare old.json new.json\n"
    "  assay speed compare --old-binary build-old/assay --new-binary build/assay decode --model M\n"
    "  assay speed compare --old-binary A --new-binary B encoder --model M --filter 'encoder/bfloat16/4' --rounds 15\n"
    "\n"
    "Two programs are run in turns, old new new old ..., each once a round, and their repetitions pooled.\n"
    "Exit codes: 0 as fast or faster; 1 slower; 2 usage or config; 3 other hardware, or other rows; 4 a program failed; 5 cannot tell.\n";

struct Options {
  std::vector<std::string> words;  ///< two files, or a stage
  std::string old_binary, new_binary, model, rounds, filter, min_time;
  VerdictOutput output;

  [[nodiscard]] bool has_binaries() const { return !old_binary.empty() || !new_binary.empty(); }
};

/// What is wrong with a comparison of two programs, or of two files.
void check(const Options& options, Problems& problems) {
  if (!options.has_binaries()) {
    if (options.words.size() != 2) problems.emplace_back("assay speed compare: name two files of timings, the old one first, or --old-binary and --new-binary");
    for (const auto* option : {&options.model, &options.rounds, &options.filter, &options.min_time})
      if (!option->empty()) problems.push_back(fmt::format("\"{}\": --model, --rounds, --filter and --min-time belong to --old-binary and --new-binary", *option));
    return;
  }
  if (options.old_binary.empty()) problems.emplace_back("--old-binary is missing: name the `assay` program that --new-binary is held against");
  if (options.new_binary.empty()) problems.emplace_back("--new-binary is missing: name the `assay` program that is to be judged");
  if (options.words.size() != 1) problems.emplace_back("assay speed compare: name one stage to time with both programs");
}

int rounds_of(const Options& options, const Policy& policy, Problems& problems) {
  if (options.rounds.empty()) return static_cast<int>(policy.speed.repetitions);
  const auto rounds = parse_number<int>(options.rounds).value_or(0);
  if (rounds < 1 || rounds > 1000) problems.push_back(fmt::format("--rounds must be a whole number in [1, 1000], got \"{}\"", options.rounds));
  return rounds;
}

/// `path` as execv takes it: one without a slash is a file here, and nothing that is looked for.
std::string program_path(const std::string& path) { return path.find('/') == std::string::npos ? "./" + path : path; }

ContestTimings timings_of(const Options& options, int rounds) {
  if (!options.has_binaries()) return {read_speed_file(options.words[0]), read_speed_file(options.words[1])};
  Contest contest{program_path(options.old_binary), program_path(options.new_binary), {"speed", options.words[0]}, rounds};
  for (const auto& [name, value] : {std::pair{"--model", &options.model}, {"--filter", &options.filter}, {"--min-time", &options.min_time}})
    if (!value->empty()) contest.arguments.insert(contest.arguments.end(), {name, *value});
  return time_in_turns(contest);
}

}  // namespace

int speed_compare(Arguments arguments) {
  Options options;
  CommandLine line("speed compare", "Decides whether the new timings are as fast as the old ones, by the ratio of medians with its interval.", kExamples);
  line.arguments("WHAT", options.words, "two files that --out wrote, or Google Benchmark; with two programs a stage");
  line.text("old-binary", options.old_binary, "`assay` program that the other one is held against");
  line.text("new-binary", options.new_binary, "`assay` program that is to be judged");
  line.text("model", options.model, "checkpoint folder, for stages that need one");
  line.text("rounds", options.rounds, "how often each program runs [what the policy asks for: 9]");
  line.text("filter", options.filter, "only rows whose names this regular expression finds");
  line.text("min-time", options.min_time, "least seconds a row [0.5]");
  options.output.add_options(line, "least change, repetitions, waived differences", "machine, overlap");
  Problems problems;
  if (!line.parse(std::move(arguments), problems)) return 0;
  check(options, problems);
  const Policy policy = options.output.check(problems);
  const int rounds = rounds_of(options, policy, problems);
  throw_if_any(problems);
  const auto timings = timings_of(options, rounds);
  return options.output.write(decide_speed(timings.baseline, timings.candidate, policy), PageContent{}, policy);
}

}  // namespace assay
