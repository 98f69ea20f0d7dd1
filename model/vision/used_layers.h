#pragma once
#include <cstdint>

namespace assay {

/// Layers of an encoder of `layer_count` that run for the reference's hidden_states[select_layer]: 0 is the embeddings, −1 the last one's output.
[[nodiscard]] constexpr std::int64_t used_layers(std::int64_t select_layer, std::int64_t layer_count) {
  return select_layer < 0 ? layer_count + 1 + select_layer : select_layer;
}

}  // namespace assay
