#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace assay {

/// GPT-2's spelling of bytes as printable letters: '!'..'~', '¡'..'¬' and '®'..'ÿ' stand for themselves, the other 68 bytes for
/// U+0100 onward, in order. A space is "Ġ", a line feed "Ċ".
///
/// Source   Radford et al. 2019, encoder.py, bytes_to_unicode
[[nodiscard]] std::string letters_of_bytes(std::string_view bytes);

/// The bytes that `letters` stand for; nothing when one of them stands for none.
[[nodiscard]] std::optional<std::string> bytes_of_letters(std::string_view letters);

}  // namespace assay
