#pragma once
#include <string>

#include "benchmarks/benchmark.h"

/// What a benchmark asks, for people: the prompt of a profile as the harness hands it to a model, before any chat template.
namespace assay {

/// A sample whose texts are names of what would stand there: "{question}", "{hint}", two options.
[[nodiscard]] Sample stand_in_sample();

/// The prompt with `<picture>` for each picture, roles where there are several turns. Why it cannot be asked, in parentheses, where it cannot.
[[nodiscard]] std::string shown_prompt(const Benchmark& benchmark, const Sample& sample, const std::string& profile);

/// "at most 16 tokens, 5 beams, at most 6 tiles a picture"; "not to be asked" where it cannot.
[[nodiscard]] std::string shown_limits(const Benchmark& benchmark, const Sample& sample, const std::string& profile);

}  // namespace assay
