#pragma once
#include <filesystem>
#include <span>
#include <string>
#include <vector>

#include "datasets/sample.h"

namespace assay {

/// Where the picture lies that a file calls `stated`: under each root as it stands, then without its first folder, and so on, as annotation
/// files name places in their authors' own tree. None found: the first of these, so that reading it fails with a name that helps.
[[nodiscard]] std::filesystem::path find_picture_by_tail(const std::filesystem::path& stated, std::span<const std::filesystem::path> roots);

/// The picture itself, found like that.
[[nodiscard]] ImageRef find_stated_picture(const std::string& stated, std::span<const std::filesystem::path> roots);

/// Where pictures of an annotation file may lie: its folder, the one above, and in both the folders named.
[[nodiscard]] std::vector<std::filesystem::path> picture_roots(const std::filesystem::path& annotation, std::span<const std::string> folders = {});

}  // namespace assay
