#pragma once
#include <filesystem>
#include <memory>

#include "model/tokenizer/tokenizer.h"
#include "model/tokenizer/tokenizer_config.h"

namespace assay {

/// Which pattern cuts the text into words: the files do not say, only the tokenizer's class does.
enum class ByteBpeKind { kGpt2, kQwen2 };

/// Reads vocab.json and merges.txt, the files of transformers' GPT2Tokenizer and Qwen2Tokenizer.
///
/// Throws   DataError or ModelError for a broken file
[[nodiscard]] std::unique_ptr<Tokenizer> read_vocab_and_merges(const std::filesystem::path& folder, const TokenizerConfig& config,
                                                               ByteBpeKind kind);

}  // namespace assay
