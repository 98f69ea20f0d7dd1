#pragma once
#include <filesystem>
#include <memory>

#include "model/checkpoint_report.h"
#include "model/family.h"

namespace assay {

/// InternLM-XComposer2, XComposer2-VL, XComposer2-4KHD and XComposer2.5: CLIP ViT-L/14 with resized positions, a projector of two layers, and InternLM2
/// with a partial LoRA on the pictures' positions.
/// Throws ModelError for a checkpoint that does not fit, ConfigError for an option that cannot be.
[[nodiscard]] std::unique_ptr<Family> open_xcomposer(const std::filesystem::path& folder, const VlmOptions& options);

/// The same graph with that many layers and made-up weights: for timing it without reading the checkpoint's.
[[nodiscard]] std::unique_ptr<Family> sketch_xcomposer(const std::filesystem::path& folder, const VlmOptions& options, LayerCounts layers);
/// The layers that the checkpoint runs.
[[nodiscard]] LayerCounts xcomposer_layers(const std::filesystem::path& folder);

/// Throws ModelError when the folder's config or weight files cannot be read.
[[nodiscard]] CheckpointReport inspect_xcomposer(const std::filesystem::path& folder);

}  // namespace assay
