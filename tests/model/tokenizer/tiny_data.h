#pragma once
#include <filesystem>

#include "tests/temporary_folder.h"

namespace assay::testing {

/// Our own tiny tokenizers, trained on a few lines of our own text.
inline std::filesystem::path tiny_data() { return std::filesystem::path(ASSAY_SOURCE_DIR) / "tests/model/tokenizer/data"; }

}  // namespace assay::testing
