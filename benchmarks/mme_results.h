#pragma once
#include <filesystem>
#include <vector>

#include "benchmarks/benchmark.h"

namespace assay {

/// A folder as MME's eval tool takes it: `<subtask>.txt`, lines `picture<TAB>question<TAB>Yes|No<TAB>answer`. Two lines that follow each other
/// are one picture, whatever their names say. A line that is not four parts is kept as a reply without a label, and with
/// fields["malformed_line"]: the tool leaves such a line out of `acc`, and its picture cannot be all right.
///
///   id     "<subtask>:<line>"
///   group  "<subtask>:<number of the pair>"
/// Throws   DataError for a missing subtask, an odd number of lines, a label that is neither yes nor no (the tool stops there, too)
/// Source   OpenGVLab/InternVL 2410d1db internvl_chat/eval/mme/calculation.py, process_result
[[nodiscard]] std::vector<Reply> read_mme_results(const std::filesystem::path& folder);

/// Whether the reply is such a line.
[[nodiscard]] bool is_malformed_line(const Sample& sample);

}  // namespace assay
