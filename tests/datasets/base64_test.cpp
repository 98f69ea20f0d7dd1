#include "datasets/base64.h"

#include <gtest/gtest.h>

#include <random>
#include <string>

namespace assay {
namespace {

struct Case {
  const char* name;
  std::string_view text, expected;
};
void PrintTo(const Case& c, std::ostream* os) { *os << c.text; }

/// Each verdict is Python 3.11's base64.b64decode.
class DecodeBase64 : public testing::TestWithParam<Case> {};
TEST_P(DecodeBase64, GivesWhatPythonGives) {
  const auto bytes = decode_base64(std::string(GetParam().text));
  ASSERT_TRUE(bytes) << bytes.error().message;
  EXPECT_EQ(*bytes, GetParam().expected);
}
INSTANTIATE_TEST_SUITE_P(Table, DecodeBase64,
                         testing::Values(Case{"nothing", "", ""}, Case{"whole_group", "TWFu", "Man"}, Case{"one_pad", "TWE=", "Ma"},
                                         Case{"two_pads", "TQ==", "M"}, Case{"line_ends", "TW\r\nFuTW Fu\n", "ManMan"}, Case{"quotes_around", "\"TWFu\"", "Man"},
                                         Case{"text_behind_padding_is_ignored", "TQ==TWFu", "M"}, Case{"pad_apart", "TQ=\n=", "M"},
                                         Case{"pad_at_group_start_is_skipped", "=TWFu", "Man"}, Case{"pad_within_a_group_is_skipped", "TW=Fu", "Man"}),
                         [](const auto& c) { return c.param.name; });

TEST(DecodeBase64, RefusesWrongPadding) {
  EXPECT_EQ(decode_base64("TWE").error().message, "broken base64: incorrect padding");
  EXPECT_EQ(decode_base64("TWFuTQ=").error().message, "broken base64: incorrect padding");
  EXPECT_EQ(decode_base64("TWFuT").error().message, "broken base64: 5 letters, one more than a multiple of 4");
}

std::string encode(std::string_view bytes) {
  constexpr std::string_view kAlphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string text;
  for (std::size_t i = 0; i < bytes.size(); i += 3) {
    unsigned group = 0;
    for (std::size_t k = 0; k < 3; ++k) group = group << 8 | (i + k < bytes.size() ? static_cast<unsigned char>(bytes[i + k]) : 0u);
    for (std::size_t k = 0; k < 4; ++k) text += i + k <= bytes.size() ? kAlphabet[group >> (18 - 6 * k) & 63] : '=';
  }
  return text;
}

TEST(DecodeBase64, ReadsBackRandomBytesBrokenAcrossLines) {
  std::mt19937 random(7);
  for (int round = 0; round < 300; ++round) {
    std::string bytes(random() % 200, '\0');
    for (auto& byte : bytes) byte = static_cast<char>(random());
    auto text = encode(bytes);
    for (auto breaks = random() % 4; breaks > 0; --breaks) text.insert(random() % (text.size() + 1), 1, '\n');
    const auto back = decode_base64(text);
    ASSERT_TRUE(back) << text;
    EXPECT_EQ(*back, bytes);
  }
}

}  // namespace
}  // namespace assay
