#pragma once
#include <ATen/core/ScalarType.h>

#include <cstdint>
#include <memory>
#include <string>

#include "benchmarks/speed/work.h"
#include "model/family.h"

/// The checkpoint that `assay speed --model` names.
namespace assay {

struct SpeedModel {
  EncoderSizes encoder;
  std::unique_ptr<Family> family;
  at::ScalarType dtype;
  [[nodiscard]] std::int64_t element_bytes() const { return static_cast<std::int64_t>(c10::elementSize(dtype)); }
};

/// Throws ConfigError where none was named.
[[nodiscard]] std::string model_folder();

/// Whether `assay speed --weights int8` asked for the language model in 8 bits.
[[nodiscard]] bool has_int8_weights();

[[nodiscard]] at::ScalarType scalar_type(DType dtype);

/// Opened once a process and dtype, and the machine's peaks measured, so that a row's clock sees neither. Throws ConfigError for a family whose stages
/// are not timed one by one.
[[nodiscard]] const SpeedModel& opened(DType dtype);

}  // namespace assay
