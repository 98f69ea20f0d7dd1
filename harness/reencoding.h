#pragma once
#include "benchmarks/benchmark.h"

namespace assay {

/// Makes the pictures of a VLMEvalKit table what VLMEvalKit shows: it writes each to disk under its `image_path` first, and where that ends in .jpg the picture goes
/// through JPEG at quality 75 with halved chroma (Pillow's defaults). Others, and those without such a column, stay as they are.
/// Source   open-compass/VLMEvalKit e8e78f05 vlmeval/smp/vlm.py, decode_base64_to_image_file
void reencode_like_vlmevalkit(const Sample& sample, Question& question);

}  // namespace assay
