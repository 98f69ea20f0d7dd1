#pragma once
#include <memory>

#include "benchmarks/benchmark.h"

namespace assay {

[[nodiscard]] std::unique_ptr<Benchmark> make_mmdu();

}  // namespace assay
