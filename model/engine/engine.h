#pragma once
#include <memory>

#include "model/family.h"
#include "model/vlm.h"

namespace assay {

/// A checkpoint on LibTorch behind the pulling door. It pulls requests a little ahead, prepares their pictures in threads of its own,
/// encodes tiles in batches, runs each prompt by itself and all replies together, and lets a new request in whenever a reply ends.
///
/// Replies do not depend on batch size, order or what else runs: a prompt is a pass of its own, in parts or as a whole with the same bits; a decode step's
/// rows are summed one by one, and each reply attends to its own cache in an order of its own. A share of the requests is audited: see audit.h.
///
/// Memory beyond the weights: `batch` caches, at most kFeatureBytes of picture features, and kAhead + image_threads prepared pictures.
[[nodiscard]] std::unique_ptr<Vlm> make_engine(std::unique_ptr<Family> family, const VlmOptions& options);

}  // namespace assay
