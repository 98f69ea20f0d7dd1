#pragma once
#include <string>
#include <string_view>

namespace assay {

/// VLMEvalKit's punctuation rule for short answers: each of `; / [ ] " { } ( ) = + \ _ - > < @ ` , ? !` is deleted where the text has it
/// next to a space, or has a comma between digits anywhere, else made a space; then at most 32 full stops without a digit on either side go.
///
/// Source       open-compass/VLMEvalKit e8e78f05 vlmeval/smp/misc.py, process_punctuation (32 is re.UNICODE, passed as the count)
[[nodiscard]] std::string vlmevalkit_punctuation(std::string_view text);

}  // namespace assay
