#pragma once
#include <memory>

#include "datasets/sample.h"

namespace assay {

/// Every rotation of every sample's options, for circular evaluation: in rotation k the i-th letter shows the text (i + k) mod N and the
/// answer's letter moves with its text. A sample of N options becomes N in a row, k = 0 first; one without options passes unchanged.
///   id     index + k·10^6 for an integer index below 10^6 (as in MMBench's files), else "<index>+<k>"
///   group  the index
///   fields "circular": k
///
/// Throws   DataError for an answer that is no letter of its options
/// Differs  VLMEvalKit's scripts/build_circular.py moves the texts the other way (its k is our N - k; the set of prompts is the same), and does
///          not rotate a last option such as "all of the above"; MMBench's published files bring their own rotated rows and need no call of this
[[nodiscard]] std::unique_ptr<SampleSource> make_circular(std::unique_ptr<SampleSource> source);

}  // namespace assay
