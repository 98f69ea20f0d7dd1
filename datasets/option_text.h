#pragma once
#include <string_view>

#include "datasets/sample.h"

namespace assay {

/// Takes a question apart that was written out with its options, one a line: the last line "A. ..." and the letters behind it in order are the
/// options, what stands before is the question. A request at the end ("Answer with ...", "Please answer ...") goes. Text without options is
/// the question.
void split_option_lines(Sample& sample, std::string_view text);

/// The same for options on one line, "A. rabbit B. grass C. deer": each letter begins where " B. " stands first behind the one before.
[[nodiscard]] std::vector<Option> split_inline_options(std::string_view line);

}  // namespace assay
