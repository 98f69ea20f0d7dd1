#pragma once
#include <span>
#include <string>
#include <vector>

namespace assay {

/// Captions as the official COCO scorer compares them: tokens of the Penn Treebank in lower case, without punctuation, one space between.
/// Brackets stay, as `-lrb-`: in lower case they are not on the list of what goes. All captions are read as one text, a line each, and a rule may
/// look into the next line: "vitamin b." keeps its full stop unless "The ..." follows.
///
/// Source       tylin/coco-caption 3a9afb26 pycocoevalcap/tokenizer/ptbtokenizer.py; Stanford CoreNLP 3.4.1 PTBTokenizer -preserveLines -lowerCase.
///              That version, which the scorer ships, leaves `/` as it is; older ones write `\/`
/// Differs      a line's end inside a caption (\r, U+2028, ...) counts as a space: the original cuts the caption there and shifts all behind it.
///              Entities for letters (&eacute;) are not known
[[nodiscard]] std::vector<std::string> ptb_captions(std::span<const std::string> captions);

/// The tokens of one line with their punctuation; for ptb_captions and its tests.
[[nodiscard]] std::vector<std::string> ptb_tokens(const std::string& line);

}  // namespace assay
