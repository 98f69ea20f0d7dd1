#pragma once
#include <functional>
#include <memory>
#include <span>

#include "model/family.h"
#include "model/request_cost.h"

namespace assay {

/// Makes a family with made-up weights and that many layers.
using Sketch = std::function<std::unique_ptr<Family>(LayerCounts layers)>;

/// measure_cost behind the choice of a family. With `times_all_layers` the sketch has all `layers`, else first one and then two.
[[nodiscard]] RequestCost time_stages(const Sketch& sketch, LayerCounts layers, bool times_all_layers, const VlmOptions& options,
                                      std::span<const Request> sample);

}  // namespace assay
