#pragma once
#include <filesystem>
#include <memory>

#include "model/checkpoint_report.h"
#include "model/family.h"

namespace assay {

/// LLaVA 1.0 and 1.5: CLIP ViT, a projector of one or two layers, and a language model of the LLaMA kind, in haotian-liu's layout or transformers'.
/// Throws ModelError for a checkpoint that does not fit, ConfigError for an option that cannot be.
[[nodiscard]] std::unique_ptr<Family> open_llava(const std::filesystem::path& folder, const VlmOptions& options);

/// The same graph with that many layers and made-up weights: for timing it without reading the checkpoint's.
[[nodiscard]] std::unique_ptr<Family> sketch_llava(const std::filesystem::path& folder, const VlmOptions& options, LayerCounts layers);
/// The layers that the checkpoint runs.
[[nodiscard]] LayerCounts llava_layers(const std::filesystem::path& folder);

/// Throws ModelError when the folder's config or weight files cannot be read.
[[nodiscard]] CheckpointReport inspect_llava(const std::filesystem::path& folder);

}  // namespace assay
