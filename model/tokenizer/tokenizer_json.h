#pragma once
#include <filesystem>
#include <memory>

#include "model/tokenizer/tokenizer.h"
#include "model/tokenizer/tokenizer_config.h"

namespace assay {

/// Reads a tokenizer.json (Hugging Face `tokenizers`) whose model is BPE. Flags of added tokens that `config` has too are taken from
/// there, as transformers' fast classes do.
///
/// Throws   DataError or ModelError for a broken file; ModelError naming a part that is not supported
[[nodiscard]] std::unique_ptr<Tokenizer> read_tokenizer_json(const std::filesystem::path& file, const TokenizerConfig& config);

}  // namespace assay
