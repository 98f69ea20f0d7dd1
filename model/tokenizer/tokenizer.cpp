#include "model/tokenizer/tokenizer.h"

namespace assay {

std::string Tokenizer::decode(std::span<const std::int64_t> ids, bool skip_special) const {
  const auto decoder = make_decoder(skip_special);
  std::string text;
  for (const std::int64_t id : ids) decoder->push(id, text);
  decoder->finish(text);
  return text;
}

}  // namespace assay
