#pragma once
#include <memory>

#include "model/vlm.h"
#include "remote/endpoint.h"
#include "remote/options.h"

namespace assay {

/// A model behind an OpenAI-compatible endpoint, through the same door as a checkpoint. It keeps `in_flight` requests under way; a request that fails is
/// finished with a SampleFailure whose stage is one of endpoint_stage, and what nobody tells us (token ids, tiles, digests of weights, pixels
/// and prompt, the stages' times) stays empty. Options cannot be ranked: the API does not offer it. Of `options` the system text, the limits and the blank
/// pictures count.
/// Throws   ConfigError for a key that is not there, a picture form that is none
[[nodiscard]] std::unique_ptr<Vlm> open_remote_vlm(const Endpoint& endpoint, const RemoteOptions& remote, const VlmOptions& options);

}  // namespace assay
