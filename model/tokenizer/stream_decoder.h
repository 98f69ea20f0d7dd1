#pragma once
#include <cstdint>
#include <memory>
#include <string>

#include "model/tokenizer/tokenizer.h"

namespace assay {

/// Decodes a reply while it is written. What push() and finish() return, put together, is Tokenizer::decode of all ids; each piece
/// ends at the end of a letter and is never taken back.
class StreamDecoder {
 public:
  StreamDecoder(const Tokenizer& tokenizer, bool skip_special) : decoder_(tokenizer.make_decoder(skip_special)) {}

  [[nodiscard]] std::string push(std::int64_t id) {
    std::string text;
    decoder_->push(id, text);
    return text;
  }
  [[nodiscard]] std::string finish() {
    std::string text;
    decoder_->finish(text);
    return text;
  }

 private:
  std::unique_ptr<TokenDecoder> decoder_;
};

}  // namespace assay
