#pragma once
#include <memory>
#include <string>

#include "benchmarks/judge.h"
#include "harness/cli/command_line.h"

namespace assay {

/// Who reads replies that a rule cannot read, as the command line says it.
struct JudgeOptions {
  std::string who;  ///< a file of recorded replies, or an endpoint; empty: nobody
  std::string cache, most_calls, most_tokens, in_flight, api_key_env, timeout, retries;
};

void add_judge_options(CommandLine& line, JudgeOptions& options);
void check_judge(const JudgeOptions& options, Problems& problems);

/// Options that check_judge has found nothing wrong with. Throws what reading the file or opening the endpoint throws.
[[nodiscard]] std::unique_ptr<Judge> open_judge(const JudgeOptions& options);

/// For a manifest, so that a gate sees when another judge graded: the model's name, or a digest of the file. Empty: nobody.
[[nodiscard]] std::string judge_name_json(const JudgeOptions& options);

}  // namespace assay
