#pragma once
#include <cstdint>

#include "model/image/normalize.h"

/// Private to this folder.
namespace assay {

/// Normalizer::normalize_row in vectors. Divisions are done by the reciprocal and one correction, which rounds as a division does
/// for all divisors but a few: the caller compares every byte's result with the table first. Absent machines do nothing: see
/// caller.
void normalize_row_avx512(const Normalization& normalization, const std::uint8_t* rgb, int count, float* red, float* green,
                          float* blue);

}  // namespace assay
