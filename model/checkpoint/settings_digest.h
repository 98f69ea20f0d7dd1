#pragma once
#include <filesystem>
#include <string>

namespace assay {

/// Identity of all that a checkpoint folder says beside its weights: names and content of its `.json`, `.jinja`, `.model` (SentencePiece),
/// `.txt` (merges, vocabulary) and `.py` files (system texts), the shards' index apart. Hexadecimal.
/// Throws   DataError for a file that cannot be read
[[nodiscard]] std::string settings_digest(const std::filesystem::path& folder);

}  // namespace assay
