#include "harness/cli/dry_run.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <optional>
#include <vector>

#include "harness/base/error.h"
#include "harness/base/file.h"
#include "harness/base/read_rate.h"
#include "harness/cli/command_line.h"
#include "harness/cli/time_estimate.h"
#include "harness/hardware.h"
#include "harness/journal.h"
#include "harness/progress.h"
#include "harness/run_folder.h"
#include "harness/run_loop.h"
#include "remote/endpoint.h"
#include "reports/results_json.h"

namespace assay {
namespace {

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

/// Requests from all over the plan.
std::vector<Request> sample_of(const Plan& plan) {
  constexpr std::int64_t kMost = 48;
  const std::int64_t total = plan.sample_count(), count = std::min(kMost, total);
  std::vector<Request> requests;
  std::int64_t first = 0, taken = 0;
  for (const auto& planned : plan.benchmarks) {
    const auto size = static_cast<std::int64_t>(planned.samples.size());
    for (; taken < count && taken * total / count < first + size; ++taken) {
      const PlannedSample& which = planned.samples[static_cast<std::size_t>(taken * total / count - first)];
      try {
        const Sample sample = planned.source->get(which.index);
        const std::vector<std::string> said(static_cast<std::size_t>(taken) % which.turn_count);  // of a dialogue any turn, as if little had been said
        requests.push_back(request_for(planned, which, question_for(planned, sample, plan.decoding), said));
      } catch (const DataError&) {  // a row that cannot be read: a failed sample of the run
      }
    }
    first += size;
  }
  return requests;
}

/// At the speed of the run's last start, where there was one.
std::optional<std::string> time_by_last_start(const RunConfig& config, std::int64_t left) {
  const auto path = timing_path(config.output.folder);
  if (config.output.folder.empty() || !std::filesystem::exists(path)) return std::nullopt;
  const RunTiming timing = parse_timing(read_file(path), path.string());
  if (timing.samples_in_wall <= 0) return std::nullopt;
  const double rate = 1000 * static_cast<double>(timing.samples_in_wall) / timing.wall_ms;
  return fmt::format("time: about {}, at the {:.2f} samples/s of the last start ({})\n", duration_text(static_cast<double>(left) / rate), rate,
                     path.string());
}

std::string time_by_measuring(const Program& program, const RunConfig& config, const CheckpointReport& report, const Plan& plan, std::int64_t left) {
  const VlmOptions options = vlm_options(config);
  WorkLeft work;
  work.batch = options.batch;
  work.image_threads = std::max(1, this_hardware().cores);
  work.weight_bytes = static_cast<double>(report.weight_bytes);
  const double total = static_cast<double>(plan.sample_count());
  std::int64_t pictures = 0, prompts = 0, most_new_tokens = 0;
  for (const auto& planned : plan.benchmarks) pictures += planned.distinct_pictures, prompts += planned.prompt_count, most_new_tokens += planned.most_new_tokens;
  const double share_left = static_cast<double>(left) / total;
  work.samples = std::llround(static_cast<double>(prompts) * share_left);
  work.pictures = std::llround(static_cast<double>(pictures) * share_left);
  work.most_new_tokens = static_cast<double>(most_new_tokens) / static_cast<double>(prompts);
  work.memory_bytes_a_second = read_rate(1);
  return time_estimate_text(work, program.measure_cost(config.model.path, options, sample_of(plan)));
}

std::string time_text(const Program& program, const RunConfig& config, const CheckpointReport& report, const Plan& plan, std::int64_t left) {
  if (left == 0) return "time: none, every sample is done\n";
  if (auto text = time_by_last_start(config, left)) return *text;
  if (!report.mismatches.empty()) return "";
  return time_by_measuring(program, config, report, plan, left);
}

std::string endpoint_text(const std::string& path) {
  const Endpoint endpoint = parse_endpoint(path);
  return fmt::format("model: {}, served at {}; it was not asked\n", endpoint.model, endpoint.url);
}

std::string endpoint_time_text(const RunConfig& config, std::int64_t left) {
  return time_by_last_start(config, left).value_or("time: not known before the endpoint has answered; --limit tries a few samples\n");
}

}  // namespace

int dry_run(const Program& program, const RunConfig& config, const Plan& plan) {
  const bool is_remote = names_endpoint(config.model.path);
  const CheckpointReport report = is_remote ? CheckpointReport{} : program.inspect_checkpoint(config.model.path);
  std::string text = is_remote ? endpoint_text(config.model.path) : model_text(report);
  for (const auto& planned : plan.benchmarks) {
    text += fmt::format("{}: {} prompts on {} distinct pictures, asked as {}, at most {} new tokens\n", planned.benchmark->name(),
                        planned.prompt_count, planned.distinct_pictures, planned.prompt_profile, planned.most_new_tokens);
    for (const auto& path : planned.source->paths()) text += fmt::format("  from {}\n", path.string());
  }
  const auto done = samples_done(config, plan);
  if (done > 0) text += fmt::format("{}: {} of {} samples are done already\n", config.output.folder, done, plan.sample_count());
  print_out(text);
  print_out(is_remote ? endpoint_time_text(config, plan.sample_count() - done) : time_text(program, config, report, plan, plan.sample_count() - done));
  if (!report.mismatches.empty()) throw ModelError(fmt::format("{}: the weights do not fit the model", config.model.path));
  return 0;
}

}  // namespace assay
