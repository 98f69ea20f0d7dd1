#pragma once
#include <filesystem>
#include <memory>

#include "datasets/sample.h"

namespace assay {

/// MM-Vet's mm-vet.json: {"v1_0": {imagename, question, answer, capability: [...]}}. The id is the key; `capability` is a field, joined by ", ".
/// Throws   DataError with file and line
[[nodiscard]] std::unique_ptr<SampleSource> open_mmvet_json(const std::filesystem::path& json);

/// LLaVA-Bench (in the wild): questions.jsonl, and beside it context.jsonl (field `caption`; several captions of a picture joined by line feeds) and
/// answers_gpt4.jsonl (the reference) where they are.
/// Throws   DataError with file and line
[[nodiscard]] std::unique_ptr<SampleSource> open_llava_bench(const std::filesystem::path& questions);

}  // namespace assay
