#include "metrics/ocrbench_match.h"

#include <algorithm>

#include "metrics/python_text.h"

namespace assay {
namespace {

std::string fold_full_width(std::string_view text) {
  std::u32string letters = python::decode(text);
  for (char32_t& letter : letters) {
    if (letter >= 0xFF01 && letter <= 0xFF5E) letter -= 0xFEE0;
    else if (letter == 0x3000) letter = U' ';
  }
  return python::encode(letters);
}

}  // namespace

std::string ocr_text(std::string_view text, OcrText kind) {
  if (kind == OcrText::kFormula) {
    std::string kept(python::strip(text));
    std::erase_if(kept, [](char c) { return c == '\n' || c == ' '; });
    return kept;
  }
  const std::string lowered = python::lower(kind == OcrText::kFolded ? fold_full_width(text) : std::string(text));
  std::string kept(python::strip(lowered));
  std::ranges::replace(kept, '\n', ' ');
  return kept;
}

bool contains_answer(std::string_view reply, std::span<const std::string> answers, OcrText kind) {
  const std::string searched = ocr_text(reply, kind);
  return std::ranges::any_of(answers, [&](const std::string& answer) { return searched.find(ocr_text(answer, kind)) != std::string::npos; });
}

}  // namespace assay
