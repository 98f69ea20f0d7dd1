#pragma once
#include <filesystem>
#include <memory>
#include <string>

#include "datasets/sample.h"

namespace assay {

/// Which lines of a file to take; an empty value takes all.
struct ChoiceFilter {
  std::string set;
  std::string lang;
};

/// Multiple-choice questions, one JSON object a line: {index, question, options: {letter: text}, answer?, hint?, category?, image?, set?, lang?, ...}.
/// `image` is a path or a list of paths, relative to the file's folder. Options keep the file's order; further scalars go to fields.
///
/// Throws   DataError with file and line, also for two lines of one index
[[nodiscard]] std::unique_ptr<SampleSource> open_choice_jsonl(const std::filesystem::path& jsonl, const ChoiceFilter& filter = {});

}  // namespace assay
