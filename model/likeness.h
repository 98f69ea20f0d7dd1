#pragma once
#include <filesystem>
#include <string>
#include <string_view>

namespace assay {

/// Which family's checkpoints the tensors of a folder look like, told by the beginnings of their names whatever its config.json says.
struct Likeness {
  std::string_view family;  ///< as model_families() has it; empty: none
  std::string text;         ///< for people: which layout, what its config.json has, which parts are there and which are missing; empty with `family`
};

/// Nothing where the folder has no weights that can be read.
[[nodiscard]] Likeness likeness_of(const std::filesystem::path& folder);

}  // namespace assay
