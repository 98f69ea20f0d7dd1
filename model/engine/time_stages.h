#pragma once
#include <functional>
#include <memory>
#include <span>

#include "model/family.h"
#include "model/request_cost.h"

namespace assay {

/// Makes a family with made-up weights and that many layers.
using Sketch = std::function<std::unique_ptr<Family>(LayerCounts layers)>;

/// From one layer's cost and two layers' to that of `layers`; a second layer that seems to cost less than nothing (noise) costs nothing.
[[nodiscard]] double extrapolated(double one, double two, std::int64_t layers);

/// measure_cost behind the choice of a family. With `times_all_layers` the sketch has all `layers`, else first one and then two.
[[nodiscard]] RequestCost time_stages(const Sketch& sketch, LayerCounts layers, bool times_all_layers, const VlmOptions& options,
                                      std::span<const Request> sample);

}  // namespace assay
