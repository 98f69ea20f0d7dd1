#pragma once
#include <filesystem>
#include <memory>

#include "model/tokenizer/tokenizer.h"
#include "model/tokenizer/tokenizer_config.h"

namespace assay {

/// Opens a sentencepiece model with the rules of transformers' Python classes for it: LlamaTokenizer, or InternLM's own where the
/// tokenizer_class begins with "InternLM". Both cut the text at added tokens and encode each stretch between them on its own; they
/// differ in how they decode.
///
/// Throws   ModelError for a file that is no sentencepiece model, or one with a denormaliser, which is not supported
/// Source   transformers 4.37.2, tokenization_utils.py and models/llama/tokenization_llama.py; InternLM2's tokenization_internlm2.py
[[nodiscard]] std::unique_ptr<Tokenizer> open_sentencepiece(const std::filesystem::path& model, const TokenizerConfig& config);

}  // namespace assay
