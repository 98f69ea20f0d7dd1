#pragma once
#include <filesystem>
#include <memory>
#include <string>

#include "datasets/sample.h"
#include "harness/base/json.h"

namespace assay {

/// MathVista's testmini.json (or test.json): an object of problems by pid.
///   id          pid
///   question    `query`, where the problem or a query.json beside the file has it; else put together as released: hint, question, choices
///   options     `choices` with letters A, B, ...
///   references  `answer`; none where it is empty, as in the test split
///   fields      question, question_type, answer_type, precision, unit, and what `metadata` says (source, task, skills joined by ", ", ...)
///
/// Throws   DataError with file and line
/// Source   lupantech/MathVista 53d52587 data/testmini.json, evaluation/build_query.py
[[nodiscard]] std::unique_ptr<SampleSource> open_mathvista_json(const std::filesystem::path& json);

/// One problem, as it also stands in the authors' output files.
[[nodiscard]] Sample mathvista_sample(const json::Value& problem, const std::string& where);

}  // namespace assay
