#pragma once
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "model/tokenizer/text_pattern.h"

namespace assay {

/// One step of a tokenizer.json decoder, for one reply: takes tokens in order and hands tokens on; the last step's tokens, put
/// together, are the text.
class DecodeStep {
 public:
  virtual ~DecodeStep() = default;
  virtual void push(std::string token, std::vector<std::string>& next) = 0;
  virtual void finish(std::vector<std::string>&) {}
};

/// Makes a fresh step for each reply.
using MakeDecodeStep = std::function<std::unique_ptr<DecodeStep>()>;

[[nodiscard]] MakeDecodeStep decode_byte_level();     ///< letters back to bytes, bytes to UTF-8; always the last step
[[nodiscard]] MakeDecodeStep decode_byte_fallback();  ///< a run of "<0xE4>" tokens to its text, or one U+FFFD per byte if broken
[[nodiscard]] MakeDecodeStep decode_replace(TextPattern pattern, std::string content);
[[nodiscard]] MakeDecodeStep decode_strip(std::string letter, std::size_t start, std::size_t stop);  ///< from each token
[[nodiscard]] MakeDecodeStep decode_metaspace(std::string replacement, bool drops_first);
[[nodiscard]] MakeDecodeStep decode_fuse();  ///< all tokens become one, at the end
/// decode_fuse and decode_strip with no stop, without waiting for the end.
[[nodiscard]] MakeDecodeStep decode_strip_start_of_all(std::string letter, std::size_t start);
[[nodiscard]] MakeDecodeStep decode_join_with_spaces();  ///< what tokenizers does where there is no decoder

}  // namespace assay
