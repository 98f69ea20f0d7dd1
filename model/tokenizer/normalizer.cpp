#include "model/tokenizer/normalizer.h"

#include <unicode/bytestream.h>
#include <unicode/locid.h>
#include <unicode/normalizer2.h>
#include <unicode/stringpiece.h>
#include <unicode/uchar.h>
#include <unicode/unistr.h>

#include <algorithm>

#include "harness/base/error.h"
#include "model/tokenizer/byte_letters.h"
#include "model/tokenizer/utf8_letter.h"
#include "model/tokenizer/white_space.h"

namespace assay {
namespace {

const icu::Normalizer2& icu_normalizer(NormalForm form) {
  UErrorCode status = U_ZERO_ERROR;
  const icu::Normalizer2* found = nullptr;
  switch (form) {
    case NormalForm::kNfc: found = icu::Normalizer2::getNFCInstance(status); break;
    case NormalForm::kNfd: found = icu::Normalizer2::getNFDInstance(status); break;
    case NormalForm::kNfkc: found = icu::Normalizer2::getNFKCInstance(status); break;
    case NormalForm::kNfkd: found = icu::Normalizer2::getNFKDInstance(status); break;
  }
  if (U_FAILURE(status) || found == nullptr) throw ModelError(fmt::format("ICU has no normaliser: {}", u_errorName(status)));
  return *found;
}

bool is_ascii(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char byte) { return static_cast<signed char>(byte) >= 0; });
}

/// Calls `visit(letter, bytes)` for every letter.
template <typename Visit>
void for_each_letter(std::string_view text, Visit visit) {
  for (std::size_t i = 0, length; i < text.size(); i += length) {
    length = letter_length(text[i]);
    visit(static_cast<UChar32>(first_letter(text.substr(i))), text.substr(i, length));
  }
}

}  // namespace

NormalizerStep unicode_form(NormalForm form) {
  const icu::Normalizer2& normalizer = icu_normalizer(form);
  return [&normalizer](std::string text) {
    if (is_ascii(text)) return text;
    std::string out;
    icu::StringByteSink<std::string> sink(&out, static_cast<std::int32_t>(text.size()));
    UErrorCode status = U_ZERO_ERROR;
    normalizer.normalizeUTF8(0, icu::StringPiece(text.data(), static_cast<std::int32_t>(text.size())), sink, nullptr, status);
    if (U_FAILURE(status)) throw ModelError(fmt::format("normalising {} bytes of text: {}", text.size(), u_errorName(status)));
    return out;
  };
}

NormalizerStep lowercase() {
  return [](std::string text) {
    std::string out;
    out.reserve(text.size());
    for_each_letter(text, [&](UChar32 letter, std::string_view) {
      icu::UnicodeString(letter).toLower(icu::Locale::getRoot()).toUTF8String(out);
    });
    return out;
  };
}

NormalizerStep strip(bool left, bool right) {
  return [left, right](std::string text) {
    if (right) text.resize(text.size() - trailing_white_space(text, WhiteSpace::kUnicode));
    if (left) text.erase(0, leading_white_space(text, WhiteSpace::kUnicode));
    return text;
  };
}

NormalizerStep strip_accents() {
  return [](std::string text) {
    std::string out;
    out.reserve(text.size());
    for_each_letter(text, [&](UChar32 letter, std::string_view bytes) {
      if (u_charType(letter) != U_NON_SPACING_MARK) out += bytes;
    });
    return out;
  };
}

NormalizerStep prepend(std::string content) {
  return [content = std::move(content)](std::string text) { return text.empty() ? text : content + text; };
}

NormalizerStep replace(TextPattern pattern, std::string content) {
  return [pattern = std::move(pattern), content = std::move(content)](const std::string& text) {
    return replace_all(text, pattern, content);
  };
}

NormalizerStep bytes_to_letters() {
  return [](const std::string& text) { return letters_of_bytes(text); };
}

}  // namespace assay
