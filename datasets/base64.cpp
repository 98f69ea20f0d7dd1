#include "datasets/base64.h"

#include <fmt/format.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace assay {
namespace {

constexpr std::string_view kAlphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
constexpr std::uint8_t kSkip = 0xFF;
constexpr std::uint32_t kNotPlain = 0x8000'0000;

constexpr std::array<std::uint8_t, 256> make_values() {
  std::array<std::uint8_t, 256> values{};
  values.fill(kSkip);
  for (std::size_t i = 0; i < kAlphabet.size(); ++i) values[static_cast<unsigned char>(kAlphabet[i])] = static_cast<std::uint8_t>(i);
  return values;
}
constexpr auto kValues = make_values();

/// The value of a letter already moved to its place in a 24-bit group; kNotPlain for letters outside the alphabet.
constexpr std::array<std::uint32_t, 256> make_shifted(int shift) {
  std::array<std::uint32_t, 256> shifted{};
  for (std::size_t c = 0; c < 256; ++c) {
    const std::uint32_t value = kValues[c];
    shifted[c] = value == kSkip ? kNotPlain : value << shift;
  }
  return shifted;
}
constexpr auto kFirst = make_shifted(18), kSecond = make_shifted(12), kThird = make_shifted(6), kFourth = make_shifted(0);

}  // namespace

Result<std::string> decode_base64(std::string text) {
  char* out = text.data();  // never overtakes `in`: three bytes come out of four
  const auto* in = reinterpret_cast<const unsigned char*>(text.data());
  const auto* const end = in + text.size();
  unsigned place = 0;  // in the group of four
  unsigned pads = 0;
  std::uint32_t group = 0;
  while (in != end) {
    if (place == 0) {  // whole groups at once, until something needs a closer look
      while (end - in >= 4) {
        const std::uint32_t whole = kFirst[in[0]] | kSecond[in[1]] | kThird[in[2]] | kFourth[in[3]];
        if ((whole & kNotPlain) != 0) break;
        out[0] = static_cast<char>(whole >> 16);
        out[1] = static_cast<char>(whole >> 8);
        out[2] = static_cast<char>(whole);
        out += 3;
        in += 4;
      }
      if (in == end) break;
    }
    const unsigned char c = *in++;
    if (c == '=') {
      if (place >= 2 && place + ++pads >= 4) {
        place = 0;
        break;
      }
      continue;
    }
    if (kValues[c] == kSkip) continue;
    pads = 0;
    group = group << 6 | kValues[c];
    // Each letter after the first completes a byte; the bits below it belong to the next one.
    if (place != 0) *out++ = static_cast<char>(group >> (6 - 2 * place));
    place = (place + 1) % 4;
  }
  text.resize(static_cast<std::size_t>(out - text.data()));
  if (place == 1) {
    return SampleFailure{"", "read", fmt::format("broken base64: {} letters, one more than a multiple of 4", text.size() / 3 * 4 + 1)};
  }
  if (place != 0) return SampleFailure{"", "read", "broken base64: incorrect padding"};
  return text;
}

}  // namespace assay
