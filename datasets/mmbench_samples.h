#pragma once
#include <filesystem>
#include <memory>
#include <string>

#include "datasets/sample.h"

namespace assay {

/// `root/questions.jsonl` (choice_jsonl.h), the lines of one set ("MMBench", "CCBench") in one language ("en", "cn"). id: the index.
///
/// Throws   DataError; also when the file has no line of that set and language
[[nodiscard]] std::unique_ptr<SampleSource> open_mmbench_samples(const std::filesystem::path& root, const std::string& set, const std::string& lang);

}  // namespace assay
