#pragma once
#include <filesystem>

#include "harness/config.h"

/// The model and the miniature suites that come with the project.
namespace assay {

/// Where they lie: the folder that ASSAY_DEMO names, else `demo/` beside the folder of the program itself (`build/assay` -> `demo/`),
/// else in the source tree that the program was built from. Throws DataError that lists the places when none holds `model/config.json`.
[[nodiscard]] std::filesystem::path find_demo_folder();

/// What `--demo` stands for, as option values: the demo's model in float32 over all of its suites, into runs/demo.
[[nodiscard]] RawValues demo_values(const std::filesystem::path& folder);

}  // namespace assay
