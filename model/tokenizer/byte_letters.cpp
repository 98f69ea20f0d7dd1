#include "model/tokenizer/byte_letters.h"

#include <array>

namespace assay {
namespace {

constexpr std::size_t kLetters = 256 + 68;

struct Table {
  std::array<std::uint16_t, 256> letter_of{};
  std::array<std::int16_t, kLetters> byte_of{};  ///< -1 where no byte has this letter
};

constexpr Table make_table() {
  Table table;
  table.byte_of.fill(-1);
  std::uint16_t next = 256;
  for (std::uint16_t byte = 0; byte < 256; ++byte) {
    const bool stands_for_itself = (byte >= '!' && byte <= '~') || (byte >= 0xA1 && byte <= 0xAC) || byte >= 0xAE;
    table.letter_of[byte] = stands_for_itself ? byte : next++;
    table.byte_of[table.letter_of[byte]] = static_cast<std::int16_t>(byte);
  }
  return table;
}

constexpr Table kTable = make_table();

}  // namespace

std::string letters_of_bytes(std::string_view bytes) {
  std::string letters;
  letters.reserve(bytes.size() * 2);
  for (const char byte : bytes) {
    const std::uint16_t letter = kTable.letter_of[static_cast<std::uint8_t>(byte)];
    if (letter < 0x80) {
      letters += static_cast<char>(letter);
    } else {  // all below U+0800: two bytes
      letters += static_cast<char>(0xC0 | letter >> 6);
      letters += static_cast<char>(0x80 | (letter & 0x3F));
    }
  }
  return letters;
}

std::optional<std::string> bytes_of_letters(std::string_view letters) {
  std::string bytes;
  bytes.reserve(letters.size());
  for (std::size_t i = 0; i < letters.size(); ++i) {
    std::size_t letter = static_cast<std::uint8_t>(letters[i]);
    if (letter >= 0x80) {
      if (letter >= 0xE0 || i + 1 == letters.size()) return std::nullopt;
      letter = (letter & 0x1F) << 6 | (static_cast<std::uint8_t>(letters[++i]) & 0x3F);
    }
    if (letter >= kLetters || kTable.byte_of[letter] < 0) return std::nullopt;
    bytes += static_cast<char>(kTable.byte_of[letter]);
  }
  return bytes;
}

}  // namespace assay
