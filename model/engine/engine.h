#pragma once
#include <memory>

#include "model/family.h"
#include "model/vlm.h"

namespace assay {

/// A checkpoint on LibTorch behind the pulling door. It pulls requests a little ahead, prepares their pictures in threads of its own,
/// encodes tiles in batches, runs each prompt by itself and all replies together, and lets a new request in whenever a reply ends.
///
/// Greedy replies do not depend on batch size, order or what else runs: every prompt is one pass of its own, a decode step multiplies
/// matrices of a fixed row count, and each reply attends to its own cache in an order of its own.
///
/// Memory beyond the weights: `batch` caches, at most kFeatureBytes of picture features, and kAhead + image_threads prepared pictures.
[[nodiscard]] std::unique_ptr<Vlm> make_engine(std::unique_ptr<Family> family, const VlmOptions& options);

}  // namespace assay
