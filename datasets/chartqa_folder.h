#pragma once
#include <filesystem>
#include <memory>
#include <string>

#include "datasets/sample.h"

namespace assay {

/// ChartQA's official folder: `<split>/<split>_human.json`, `<split>/<split>_augmented.json` and `<split>/png/`; `root` is the folder that
/// holds the split, or the split itself. Human questions first. A question whose picture is not on disk stays: reading it fails later.
///   id          "human/0", "augmented/17": place in its own file
///   group       the picture's file name
///   category    "human" or "augmented"
///   references  {label}
/// Throws   DataError that names the file and the entry
[[nodiscard]] std::unique_ptr<SampleSource> open_chartqa_folder(const std::filesystem::path& root, const std::string& split = "test");

}  // namespace assay
