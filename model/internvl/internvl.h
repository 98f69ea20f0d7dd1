#pragma once
#include <filesystem>
#include <memory>

#include "model/checkpoint_report.h"
#include "model/family.h"

namespace assay {

/// The InternVL family: InternViT, pixel shuffle, a two-layer projector and a language model, in OpenGVLab's layout or transformers'.
/// Throws ModelError for a checkpoint that does not fit, ConfigError for an option that cannot be.
[[nodiscard]] std::unique_ptr<Family> open_internvl(const std::filesystem::path& folder, const VlmOptions& options);

/// The same graph with that many layers and made-up weights: for timing it without reading the checkpoint's.
[[nodiscard]] std::unique_ptr<Family> sketch_internvl(const std::filesystem::path& folder, const VlmOptions& options, LayerCounts layers);
/// The layers that the checkpoint runs.
[[nodiscard]] LayerCounts internvl_layers(const std::filesystem::path& folder);

/// Throws ModelError when the folder's config or weight files cannot be read.
[[nodiscard]] CheckpointReport inspect_internvl(const std::filesystem::path& folder);

}  // namespace assay
