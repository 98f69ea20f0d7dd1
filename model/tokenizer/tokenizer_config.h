#pragma once
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "model/tokenizer/added_tokens.h"

namespace assay {

/// What the small files beside a vocabulary say: tokenizer_config.json, special_tokens_map.json, added_tokens.json. Any may be absent.
///
/// Source   transformers 4.37, tokenization_utils_base.py, _from_pretrained: added_tokens_decoder, where it is there, replaces the
///          two other files
struct TokenizerConfig {
  std::string tokenizer_class;  ///< without "Fast" at its end; empty when not told
  std::optional<bool> add_bos_token;
  std::optional<bool> add_prefix_space;
  bool is_legacy = true;  ///< LLaMA: every stretch of text between added tokens gets a leading "▁"
  bool cleans_up_spaces = false;
  std::optional<std::string> unk_token, bos_token;
  std::vector<AddedToken> added_tokens;    ///< with ids, ascending
  std::vector<AddedToken> special_tokens;  ///< named ones in the order bos eos unk sep pad cls mask, then additional; id -1
  std::vector<std::string> additional_special_tokens;
};

/// `class_if_untold` is the tokenizer_class of a folder that does not say: it decides the defaults of bos_token and its like.
///
/// Throws   DataError or ModelError for a file that is there and broken
[[nodiscard]] TokenizerConfig read_tokenizer_config(const std::filesystem::path& folder, std::string_view class_if_untold);

/// Gives every special token of `config` that is no added token yet its id: the vocabulary's by `find`, else the next free one after
/// `vocabulary_count` tokens. The result holds all added tokens; is_special is set on those that the config names.
[[nodiscard]] std::vector<AddedToken> resolve_added_tokens(const TokenizerConfig& config, std::int64_t vocabulary_count,
                                                           const std::function<std::optional<std::int64_t>(std::string_view)>& find);

}  // namespace assay
