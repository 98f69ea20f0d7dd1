#pragma once
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "model/tokenizer/text_pattern.h"

namespace assay {

/// What is done to text before it is split. Steps take and give valid UTF-8; their meaning is that of tokenizer.json's normalizers.
using NormalizerStep = std::function<std::string(std::string)>;

enum class NormalForm { kNfc, kNfd, kNfkc, kNfkd };

[[nodiscard]] NormalizerStep unicode_form(NormalForm form);  ///< by ICU
[[nodiscard]] NormalizerStep lowercase();                    ///< letter by letter, full mapping
[[nodiscard]] NormalizerStep strip(bool left, bool right);   ///< white space
[[nodiscard]] NormalizerStep strip_accents();                ///< drops non-spacing marks
[[nodiscard]] NormalizerStep prepend(std::string content);   ///< empty text stays empty
[[nodiscard]] NormalizerStep replace(TextPattern pattern, std::string content);
[[nodiscard]] NormalizerStep bytes_to_letters();

/// Steps one after the other; none leaves the text alone.
class Normalizer {
 public:
  void add(NormalizerStep step) { steps_.push_back(std::move(step)); }
  [[nodiscard]] bool is_identity() const { return steps_.empty(); }
  [[nodiscard]] std::string apply(std::string text) const {
    for (const auto& step : steps_) text = step(std::move(text));
    return text;
  }

 private:
  std::vector<NormalizerStep> steps_;
};

}  // namespace assay
