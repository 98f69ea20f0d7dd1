#pragma once
#include <string_view>

/// Kinds of letters as the Penn Treebank tokenizer tells them apart (ptb_rules.h has the source).
namespace assay::ptb {

inline constexpr char32_t kSoftHyphen = 0xAD;

[[nodiscard]] inline bool is_in(char32_t letter, std::u32string_view set) { return set.find(letter) != std::u32string_view::npos; }

[[nodiscard]] bool is_word_letter(char32_t letter);  ///< letters, and the marks that are written with them
[[nodiscard]] bool is_digit(char32_t letter);        ///< of any script
[[nodiscard]] bool is_apostrophe(char32_t letter);
[[nodiscard]] bool is_blank(char32_t letter);
[[nodiscard]] bool is_ascii_letter(char32_t letter);
[[nodiscard]] bool is_symbol(char32_t letter);  ///< mathematical and other signs that are tokens by themselves
[[nodiscard]] bool is_letter(char32_t letter);
[[nodiscard]] bool is_letter_or_digit(char32_t letter);
[[nodiscard]] bool is_upper(char32_t letter);  ///< A to Z
[[nodiscard]] bool is_ascii_digit(char32_t letter);
[[nodiscard]] bool is_ascii_alphanumeric(char32_t letter);
[[nodiscard]] bool is_hyphen(char32_t letter);
[[nodiscard]] bool is_white(char32_t letter);
[[nodiscard]] bool is_quote_like(char32_t letter);

}  // namespace assay::ptb
