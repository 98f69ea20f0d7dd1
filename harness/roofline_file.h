#pragma once
#include <string>
#include <vector>

#include "harness/gate/speed_file.h"
#include "reports/roofline.h"

namespace assay {

/// What files of `assay speed` say of stages and of the machine: medians over repetitions, the highest peaks of all files. Rows without counted work are
/// left out.
/// Throws DataError for files of several machines, and where none has both a peak row and a row with counted work.
[[nodiscard]] Roofline roofline_of(const std::vector<SpeedFile>& files);
[[nodiscard]] Roofline read_roofline(const std::vector<std::string>& paths);

}  // namespace assay
