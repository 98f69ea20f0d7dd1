#pragma once
#include <filesystem>
#include <string>
#include <string_view>

namespace assay {

/// The whole file's bytes. Throws DataError with the path and the system's reason.
[[nodiscard]] std::string read_file(const std::filesystem::path& path);

/// Writes `content` beside `path` and renames it there, so that a reader sees the old file or the new one, never half of one; nothing is left of a
/// failed attempt. Throws ModelError for a full or broken disk, ConfigError for a place that cannot be written, with path and reason.
void write_file_atomically(const std::filesystem::path& path, std::string_view content);

}  // namespace assay
