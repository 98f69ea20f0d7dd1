#include "harness/cli/program.h"

#include <fmt/format.h>

#include <array>
#include <cstdio>
#include <filesystem>
#include <new>
#include <utility>

#include "harness/base/error.h"
#include "harness/base/suggestion.h"
#include "harness/cli/command_line.h"
#include "harness/cli/verbs.h"
#include "harness/version.h"

namespace assay {
namespace {

constexpr std::array kVerbs = {
    Verb{"run", "ask a model every sample of some benchmarks, score the replies; goes on by itself where it was interrupted", run_verb},
    Verb{"score", "score the replies of a run again, or somebody's prediction file", score_verb},
    Verb{"gate", "decide whether a candidate is as good as a baseline", gate_verb},
    Verb{"baseline", "keep a finished run as one small file for later gates", baseline_verb},
    Verb{"compare", "set several runs side by side: metrics, real differences, flips", compare_verb},
    Verb{"history", "metrics over runs made one after the other, and where they took another level", history_verb},
    Verb{"plan", "how many samples see a drop of d, and a subset that does", plan_verb},
    Verb{"report", "write a finished run's numbers: HTML, Markdown, CSV, LaTeX, JUnit, ...", report_verb},
    Verb{"speed", "time the stages of a run beside what the machine could do, and compare such timings", speed_verb},
    Verb{"list", "benchmarks, models (families of checkpoints), metrics, profiles", list_verb},
    Verb{"describe", "one of them: what a benchmark asks, how it scores, where its data comes from", describe_verb},
    Verb{"inspect", "check us: tokens, pixels, prompts, weights, logits", inspect_verb},
};

constexpr const char* kExamples =
    "Examples:\n"
    "  assay run --model checkpoints/InternVL2_5-1B --bench chartqa_test --data-dir data --out runs/chartqa\n"
    "  assay score --bench mme --predictions results/mme --format json\n"
    "  assay baseline save runs/chartqa --out main.baseline\n"
    "  assay gate --baseline main.baseline --candidate runs/new\n"
    "  assay compare runs/chartqa runs/new --format html --out reports\n"
    "  assay history evaluation/history/*.baseline\n"
    "  assay report runs/chartqa --format md\n"
    "  assay plan --bench mme --data-dir data --margin 1\n"
    "  assay list\n"
    "  assay describe mmbench_dev_en\n"
    "  assay describe metrics acc_plus\n"
    "  printf 'a chart' | assay inspect tokens --model checkpoints/InternVL2_5-1B\n"
    "\n"
    "Exit codes: 0 fine; 1 regression; 2 usage or config; 3 data missing, broken or incomparable; 4 model or infrastructure;\n"
    "5 inconclusive; 6 suspect; 70 a bug of ours;\n"
    "130/143 interrupted, the same command goes on.\n";

std::string help_text() {
  return "Assay evaluates vision-language models.\n\nUsage: assay VERB [options]   (assay VERB --help for one verb's options)\n\n" +
         text_of(kVerbs) + "\n" + kExamples;
}

int dispatch_program(const Program& program, Arguments arguments) {
  if (arguments.empty()) {
    print_log(help_text());
    throw ConfigError("no verb given");
  }
  const std::string first = arguments.front();
  if (first == "--version") {
    print_out(fmt::format("assay {}\n", version()));
    return 0;
  }
  if (first == "--help" || first == "-h" || (first == "help" && arguments.size() == 1)) {
    print_out(help_text());
    return 0;
  }
  if (first == "help") {
    arguments.erase(arguments.begin());
    arguments.push_back("--help");
  }
  return dispatch(kVerbs, "", program, std::move(arguments));
}

}  // namespace

std::span<const Verb> verbs() { return kVerbs; }

std::string text_of(std::span<const Verb> verbs) {
  std::string text;
  for (const Verb& verb : verbs) text += fmt::format("  {:<10}{}\n", verb.name, verb.summary);
  return text;
}

int dispatch(std::span<const Verb> among, std::string_view prefix, const Program& program, Arguments arguments) {
  const std::string name = arguments.front();
  arguments.erase(arguments.begin());
  std::vector<std::string> known;
  for (const Verb& verb : among) {
    if (verb.name == name) return verb.run(program, std::move(arguments));
    known.emplace_back(verb.name);
  }
  throw ConfigError(fmt::format("there is no `assay {}{}`{}", prefix, name, suggestion(name, known)));
}

int run_program(int argc, const char* const* argv, Program program) {
  program.command.assign(argv, argv + argc);
  try {
    return dispatch_program(program, Arguments(argv + 1, argv + argc));
  } catch (const Error& error) {
    fmt::print(stderr, "assay: {}\n", error.what());
    return error.exit_code();
  } catch (const std::filesystem::filesystem_error& error) {
    fmt::print(stderr, "assay: {}: {}\n", error.path1().string(), error.code().message());
    return DataError("").exit_code();
  } catch (const std::bad_alloc&) {
    fmt::print(stderr, "assay: out of memory; a smaller --batch or fewer --max-tiles may fit\n");
    return ModelError("").exit_code();
  } catch (const std::exception& error) {
    fmt::print(stderr, "assay: internal error: {}; this is a bug of ours\n", error.what());
    return InternalError("").exit_code();
  }
}

}  // namespace assay
