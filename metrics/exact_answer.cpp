#include "metrics/exact_answer.h"

#include "metrics/python_text.h"

namespace assay {

std::string exact_answer_gqa(std::string_view reply) { return python::lower(python::strip_right(reply, ".")); }

std::string exact_answer_stripped(std::string_view reply) { return python::lower(python::strip(reply)); }

std::string exact_answer_lmms(std::string_view reply) {
  constexpr std::string_view kPunctuation = "!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~";
  std::string out;
  for (const char c : python::lower(reply)) {
    if (kPunctuation.find(c) == std::string_view::npos) out += c;
  }
  return out;
}

}  // namespace assay
