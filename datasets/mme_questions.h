#pragma once
#include <filesystem>
#include <memory>

#include "datasets/sample.h"

namespace assay {

/// MME's question files as its eval tool reads them: `<subtask>.txt`, lines `picture<TAB>question<TAB>Yes|No`, and what follows a third
/// tab (a model's answer) in fields["answer"]. Samples are as open_mme_folder's (same ids), in file order; the two lines of a picture follow
/// each other. With `image_root` the pictures are `<root>/<subtask>/images/<picture>` or `<root>/<subtask>/<picture>`; without, samples
/// have none.
///
/// Throws   DataError with file and line for a line of fewer than three parts or another label, or for no subtask file at all
[[nodiscard]] std::unique_ptr<SampleSource> open_mme_questions(const std::filesystem::path& folder,
                                                               const std::filesystem::path& image_root = {});

}  // namespace assay
