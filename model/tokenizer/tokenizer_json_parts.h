#pragma once
#include <memory>
#include <string_view>
#include <vector>

#include "harness/base/json.h"
#include "model/tokenizer/added_tokens.h"
#include "model/tokenizer/bpe.h"
#include "model/tokenizer/decode_steps.h"
#include "model/tokenizer/normalizer.h"
#include "model/tokenizer/pre_tokenizer.h"

/// The sections of a tokenizer.json, each read on its own. `where` names the file and the section in messages.
namespace assay::tokenizer_json {

[[nodiscard]] Normalizer read_normalizer(const json::Value& section, std::string_view where);
[[nodiscard]] PreTokenizer read_pre_tokenizer(const json::Value& section, std::string_view where);
[[nodiscard]] std::vector<MakeDecodeStep> read_decoder(const json::Value& section, std::string_view where);
[[nodiscard]] std::unique_ptr<const Bpe> read_bpe(const json::Value& section, std::string_view where);
[[nodiscard]] std::vector<AddedToken> read_added_tokens(const json::Value& list, std::string_view where);
/// Ids that the post-processor puts in front of a single text.
[[nodiscard]] std::vector<std::int64_t> read_prefix_ids(const json::Value& section, std::string_view where);

/// A literal or a regular expression: {"String": ...} or {"Regex": ...}.
[[nodiscard]] TextPattern read_pattern(const json::Value& step, std::string_view where);

}  // namespace assay::tokenizer_json
