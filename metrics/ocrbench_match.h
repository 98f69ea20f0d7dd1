#pragma once
#include <span>
#include <string>
#include <string_view>

namespace assay {

/// What is done to reply and answer before one is looked for in the other.
enum class OcrText {
  kPlain,    ///< lower case, stripped, line feeds as spaces
  kFolded,   ///< the same, full-width ASCII (U+FF01 to U+FF5E) and the ideographic space made narrow first
  kFormula,  ///< stripped, line feeds and spaces gone, letter case kept
};

/// Whether the reply contains any of the answers. An empty answer is in every reply.
///
/// Source       Liu et al. 2023, arXiv:2305.07895; Yuliang-Liu/MultimodalOCR 794c36d6 OCRBench/example.py; the folding:
///              EvolvingLMMs-Lab/lmms-eval 75571cfe lmms_eval/tasks/ocrbench/utils.py, _fold_fullwidth_ascii
[[nodiscard]] bool contains_answer(std::string_view reply, std::span<const std::string> answers, OcrText kind);

/// The text as it is searched.
[[nodiscard]] std::string ocr_text(std::string_view text, OcrText kind);

}  // namespace assay
