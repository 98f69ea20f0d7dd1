#pragma once
#include <filesystem>
#include <memory>

#include "datasets/sample.h"

namespace assay {

struct TsvOptions {
  /// Keep rows whose picture cell is missing, as samples without images. VLMEvalKit drops them (`skip_noimg`).
  bool keep_rows_without_image = false;
  /// Where relative `image_path` cells start. Empty: `images/<file stem>` beside the TSV, as VLMEvalKit names it.
  std::filesystem::path image_root;
  /// An `answer` cell that is a Python list literal becomes one reference per element, as VLMEvalKit's `process_line` does.
  bool answer_lists = true;
};

/// A VLMEvalKit data set file: one TSV, pictures as base64 inside, or as files that its `image_path` column names.
///
/// Cells come out as Python's `str` would print what pandas' read_csv(sep='\t') made of them (pandas_types.h): NA words are missing,
/// an int column with a missing cell prints `1.0`. `question` missing prints `nan`.
///   id          the `index` column (int only if every value is one)
///   options     columns `A` to `Z` that are not missing
///   references  the `answer` cell (`answers` where there is no such column); none when the column is absent or wholly missing; a missing cell among others is `nan`
///   images      `image` (1 to 64 letters: the index of the row that has it; a Python list: several), else `image_path`
///   fields      every further column by name (`l2-category`, `split`, `image_path`, ..., and `answer` as it stands); missing cells are left out
/// Rows without a picture are dropped. The pictures stay in the file: memory holds offsets, a few bytes a cell.
///
/// Throws   DataError "file:line:column: ..." for a file that pandas would not read, a NUL byte, text that is not UTF-8, no `index`
///          column, an index that comes twice, a picture cell that refers nowhere
/// Source   open-compass/VLMEvalKit e8e78f05, vlmeval/dataset/image_base.py, vlmeval/smp/file.py
[[nodiscard]] std::unique_ptr<SampleSource> open_vlmevalkit_tsv(const std::filesystem::path& tsv, const TsvOptions& options = {});

}  // namespace assay
