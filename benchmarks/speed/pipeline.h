#pragma once
#include "model/vlm.h"

namespace assay {

/// Registers whole requests, each alone and from a picture's bytes to sixteen tokens: of a picture that is new each time, of one and the same, of pictures
/// of real sets' sizes, and the first one of a model that was just opened.
void add_pipeline_rows(const char* dtype_name, DType dtype);

}  // namespace assay
