#pragma once
#include <cstdint>
#include <span>
#include <string>

#include "model/vlm.h"

namespace assay {

/// What requests cost on this machine, stage by stage, without the checkpoint's weights: measured on its graph with made-up ones.
struct RequestCost {
  std::int64_t requests_seen = 0;   ///< whose pictures were cut and whose tokens were counted
  std::int64_t requests_timed = 0;  ///< of those, run through the made-up model
  bool has_all_layers = true;       ///< false: one layer and two were timed, and the others taken to cost what the second does
  double tiles = 0;                 ///< of a picture
  double prompt_tokens = 0;         ///< of a prompt
  double prepare_ms = 0;            ///< a picture, from file to tiles, on one thread
  double encode_ms = 0;             ///< a tile
  double prefill_ms = 0;            ///< a prompt's token
  double step_ms = 0;               ///< one more token for each of `step_replies` replies, were there nothing before it
  double step_ms_per_token = 0;     ///< and for each token that stands before, in every one of them
  std::int64_t step_replies = 0;
};

/// Takes some seconds. `sample` stands for all requests, so it should be drawn from all over them; those that cannot be read are passed
/// over. Throws what open_vlm throws, and ModelError when none of `sample` can be read.
[[nodiscard]] RequestCost measure_cost(const std::string& path, const VlmOptions& options, std::span<const Request> sample);

}  // namespace assay
