#pragma once
#include <span>
#include <string>
#include <vector>

#include "harness/cli/program.h"

namespace assay {

/// What stands behind the verb on the command line.
using Arguments = std::vector<std::string>;

struct Verb {
  const char* name;
  const char* summary;
  int (*run)(const Program& program, Arguments arguments);
};

/// In the order in which --help lists them.
[[nodiscard]] std::span<const Verb> verbs();
/// tokens, pixels, prompt, weights, logits.
[[nodiscard]] std::span<const Verb> inspect_verbs();

int run_verb(const Program& program, Arguments arguments);
int score_verb(const Program& program, Arguments arguments);
int gate_verb(const Program& program, Arguments arguments);
int baseline_verb(const Program& program, Arguments arguments);
int compare_verb(const Program& program, Arguments arguments);
int history_verb(const Program& program, Arguments arguments);
int report_verb(const Program& program, Arguments arguments);
int speed_verb(const Program& program, Arguments arguments);
int plan_verb(const Program& program, Arguments arguments);
int list_verb(const Program& program, Arguments arguments);
int describe_verb(const Program& program, Arguments arguments);
int inspect_verb(const Program& program, Arguments arguments);

int inspect_tokens(const Program& program, Arguments arguments);
int inspect_pixels(const Program& program, Arguments arguments);
int inspect_prompt(const Program& program, Arguments arguments);
int inspect_weights(const Program& program, Arguments arguments);
int inspect_logits(const Program& program, Arguments arguments);

/// A line for each, for --help.
[[nodiscard]] std::string text_of(std::span<const Verb> verbs);

/// Runs the one of `among` that the first argument names. Throws ConfigError with a suggestion for another name.
int dispatch(std::span<const Verb> among, std::string_view prefix, const Program& program, Arguments arguments);

}  // namespace assay
