#pragma once
#include <functional>
#include <memory>
#include <string>

#include "datasets/sample.h"

namespace assay {

/// The samples that `keep` wants, in their order. Throws DataError when it wants none; `what` says what was looked for ("rows with split dev").
[[nodiscard]] std::unique_ptr<SampleSource> filtered(std::unique_ptr<SampleSource> source, const std::function<bool(const Sample&)>& keep,
                                                     const std::string& what);

}  // namespace assay
