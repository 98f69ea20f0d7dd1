#include "harness/cli/dry_run.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <numeric>
#include <vector>

#include "harness/base/error.h"
#include "harness/base/file.h"
#include "harness/cli/command_line.h"
#include "harness/journal.h"
#include "harness/progress.h"
#include "harness/run_folder.h"
#include "harness/run_loop.h"
#include "reports/results_json.h"

namespace assay {
namespace {

/// Bytes a second that one core reads from memory here.
double read_bandwidth() {
  const std::vector<std::uint64_t> block(32 * 1024 * 1024, 1);  // 256 MiB, beyond any cache
  const auto began = std::chrono::steady_clock::now();
  const volatile std::uint64_t sum = std::accumulate(block.begin(), block.end(), std::uint64_t{0});
  (void)sum;
  const std::chrono::duration<double> seconds = std::chrono::steady_clock::now() - began;
  return static_cast<double>(block.size() * sizeof(block[0])) / std::max(seconds.count(), 1e-6);
}

std::string model_text(const CheckpointReport& report) {
  std::string text = fmt::format("model: {} ({} layout), {:.1f} M parameters, {:.2f} GB of weights in {}\n", report.family, report.layout,
                                 static_cast<double>(report.parameter_count) / 1e6, static_cast<double>(report.weight_bytes) / 1e9,
                                 report.dtype);
  if (!report.mismatches.empty()) text += fmt::format("weights do not fit: {}\n", report.mismatches);
  return text;
}

std::int64_t samples_done(const RunConfig& config, const Plan& plan) {
  const std::filesystem::path folder = config.output.folder;
  if (folder.empty() || !std::filesystem::exists(manifest_path(folder))) return 0;
  return read_state(plan, JournalFiles(folder)).done;
}

std::string time_text(const RunConfig& config, const CheckpointReport& report, std::int64_t left, std::int64_t most_new_tokens) {
  const auto path = timing_path(config.output.folder);
  if (!config.output.folder.empty() && std::filesystem::exists(path)) {
    const RunTiming timing = parse_timing(read_file(path), path.string());
    if (timing.samples_in_wall > 0)
      return fmt::format("time: about {}, at the {:.2f} samples/s of the last start ({})\n",
                         duration_text(static_cast<double>(left) * timing.wall_ms / 1000 / static_cast<double>(timing.samples_in_wall)),
                         1000 * static_cast<double>(timing.samples_in_wall) / timing.wall_ms, path.string());
  }
  const double bandwidth = read_bandwidth();
  const double steps = static_cast<double>(most_new_tokens) / config.model.batch;
  return fmt::format(
      "time: no run to go by yet (a first one with --limit 20 tells). Writing every reply to its limit would read the weights {:.0f} "
      "times: {} at the {:.1f} GB/s that one core reads here, pictures and prompts apart\n",
      steps, duration_text(steps * static_cast<double>(report.weight_bytes) / bandwidth), bandwidth / 1e9);
}

}  // namespace

int dry_run(const Program& program, const RunConfig& config, const Plan& plan) {
  const CheckpointReport report = program.inspect_checkpoint(config.model.path);
  std::string text = model_text(report);
  std::int64_t most_new_tokens = 0;
  for (const auto& planned : plan.benchmarks) {
    most_new_tokens += planned.most_new_tokens;
    text += fmt::format("{}: {} prompts on {} distinct pictures, asked as {}, at most {} new tokens\n", planned.benchmark->name(),
                        planned.samples.size(), planned.distinct_pictures, planned.prompt_profile, planned.most_new_tokens);
    for (const auto& path : planned.source->paths()) text += fmt::format("  from {}\n", path.string());
  }
  const auto done = samples_done(config, plan);
  if (done > 0) text += fmt::format("{}: {} of {} samples are done already\n", config.output.folder, done, plan.sample_count());
  text += time_text(config, report, plan.sample_count() - done, most_new_tokens);
  print_out(text);
  if (!report.mismatches.empty()) throw ModelError(fmt::format("{}: the weights do not fit the model", config.model.path));
  return 0;
}

}  // namespace assay
