#include "harness/cli/time_estimate.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "harness/progress.h"

namespace assay {
namespace {

constexpr double kShortReply = 16;  ///< tokens; a word, a letter or a number with its end token takes fewer

double as_double(std::int64_t count) { return static_cast<double>(count); }

/// Of the step in the middle of a reply.
double step_ms(const RequestCost& cost, double new_tokens) {
  return cost.step_ms + cost.step_ms_per_token * (cost.prompt_tokens + new_tokens / 2);
}

std::string basis_text(const RequestCost& cost) {
  return fmt::format("  measured here on a model of the same dims with made-up weights{}: {} prompts counted, {} run\n",
                     cost.has_all_layers ? "" : " (one layer and two, the others taken to cost as much)", cost.requests_seen, cost.requests_timed);
}

}  // namespace

TimeEstimate estimate_time(const WorkLeft& work, const RequestCost& cost, double new_tokens) {
  const double together = as_double(std::clamp<std::int64_t>(work.samples, 1, work.batch));
  const double steps = as_double(work.samples) * std::max(0.0, new_tokens - 1) / together;  // the first token comes with the prompt
  TimeEstimate time;
  time.weights_s = work.memory_bytes_a_second > 0 ? 2 * work.weight_bytes / work.memory_bytes_a_second : 0;
  time.pictures_s = as_double(work.pictures) * cost.prepare_ms / 1000 / std::max(1, work.image_threads);
  time.encoder_s = as_double(work.pictures) * cost.tiles * cost.encode_ms / 1000;
  time.prompts_s = as_double(work.samples) * cost.prompt_tokens * cost.prefill_ms / 1000;
  time.replies_s = steps * step_ms(cost, new_tokens) / 1000;
  return time;
}

std::string time_estimate_text(const WorkLeft& work, const RequestCost& cost) {
  const double shortest = std::min(kShortReply, work.most_new_tokens);
  const TimeEstimate time = estimate_time(work, cost, shortest);
  std::string text = fmt::format("time: about {} with replies of {:.0f} tokens", duration_text(time.total_s()), shortest);
  if (work.most_new_tokens > kShortReply)
    text += fmt::format("; {} if every reply ran to its limit of {:.0f}",
                        duration_text(estimate_time(work, cost, work.most_new_tokens).total_s()), work.most_new_tokens);
  text += '\n';
  text += basis_text(cost);
  text += fmt::format("  pictures  {:.1f} s: {} to read and cut, {:.1f} ms each on one of {} threads\n", time.pictures_s, work.pictures,
                      cost.prepare_ms, work.image_threads);
  text += fmt::format("  encoder   {:.1f} s: about {:.0f} tiles at {:.1f} ms\n", time.encoder_s, as_double(work.pictures) * cost.tiles, cost.encode_ms);
  text += fmt::format("  prompts   {:.1f} s: {} of about {:.0f} tokens at {:.3f} ms\n", time.prompts_s, work.samples, cost.prompt_tokens, cost.prefill_ms);
  text += fmt::format("  replies   {:.1f} s: {} at a time, {:.1f} ms for a token each ({} measured together)\n", time.replies_s, work.batch,
                      step_ms(cost, shortest), cost.step_replies);
  text += fmt::format("  weights   {:.1f} s: {:.2f} GB read and digested at the {:.1f} GB/s of this machine's memory; from a disk it takes longer\n",
                      time.weights_s, work.weight_bytes / 1e9, work.memory_bytes_a_second / 1e9);
  return text;
}

}  // namespace assay
