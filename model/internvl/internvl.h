#pragma once
#include <filesystem>
#include <memory>

#include "model/checkpoint_report.h"
#include "model/family.h"

namespace assay {

/// The InternVL family: InternViT, pixel shuffle, a two-layer projector and a language model, in OpenGVLab's layout or transformers'.
/// Throws ModelError for a checkpoint that does not fit, ConfigError for an option that cannot be.
[[nodiscard]] std::unique_ptr<Family> open_internvl(const std::filesystem::path& folder, const VlmOptions& options);

/// Throws ModelError when the folder's config or weight files cannot be read.
[[nodiscard]] CheckpointReport inspect_internvl(const std::filesystem::path& folder);

}  // namespace assay
