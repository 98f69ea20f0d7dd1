#pragma once
#include <filesystem>
#include <string>
#include <string_view>

namespace assay {

/// MD5, as 32 hexadecimal digits: what VLMEvalKit names its tables' versions by. Not for security.
[[nodiscard]] std::string md5_of(std::string_view bytes);

/// What a person should know of a data file that has the name of a published one: that it is that file, or that it is another. Reads all of it. Empty for other names.
/// Source   open-compass/VLMEvalKit e8e78f05 vlmeval/dataset: DATASET_MD5 of each class
[[nodiscard]] std::string published_file_note(const std::filesystem::path& file);

}  // namespace assay
