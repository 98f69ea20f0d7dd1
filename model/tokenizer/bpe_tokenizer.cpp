#include "model/tokenizer/bpe_tokenizer.h"

#include <algorithm>

#include "harness/base/utf8.h"
#include "model/tokenizer/byte_letters.h"
#include "model/tokenizer/stream_filters.h"

namespace assay {
namespace {

WhiteSpace white_space_of(AddedTokenRules rules) {
  return rules == AddedTokenRules::kTokenizers ? WhiteSpace::kUnicode : WhiteSpace::kPython;
}

/// The tokens for one of the two matchers; those for the second in their normalised spelling.
std::vector<AddedToken> tokens_to_match(const BpePipeline& parts, bool after_normalizing) {
  std::vector<AddedToken> tokens;
  for (AddedToken token : parts.added_tokens) {
    const bool is_late = token.normalized && parts.rules == AddedTokenRules::kTokenizers;
    if (is_late != after_normalizing) continue;
    if (is_late) token.content = parts.normalizer.apply(token.content);
    tokens.push_back(std::move(token));
  }
  return tokens;
}

}  // namespace

BpeTokenizer::BpeTokenizer(BpePipeline pipeline)
    : parts_(std::move(pipeline)),
      raw_matcher_(tokens_to_match(parts_, false), white_space_of(parts_.rules)),
      normalized_matcher_(tokens_to_match(parts_, true), white_space_of(parts_.rules)),
      size_(parts_.bpe->vocabulary().size()) {
  if (parts_.decode_steps.empty()) parts_.decode_steps.push_back(decode_join_with_spaces());
  for (const AddedToken& token : parts_.added_tokens) {
    added_by_id_[token.id] = token;
    added_ids_[token.content] = token.id;
    size_ = std::max(size_, token.id + 1);
  }
}

std::vector<std::int64_t> BpeTokenizer::encode(std::string_view text) const {
  std::string clean = replace_invalid_utf8(text);
  if (parts_.rules == AddedTokenRules::kTransformers) clean = parts_.normalizer.apply(std::move(clean));
  std::vector<std::int64_t> ids;
  ids.reserve(clean.size() / 3);
  for (const TextSegment& segment : raw_matcher_.split(clean)) {
    if (segment.id) ids.push_back(*segment.id);
    else encode_raw(segment.text, segment.text.data() == clean.data(), ids);
  }
  return ids;
}

void BpeTokenizer::encode_raw(std::string_view text, bool is_at_start, std::vector<std::int64_t>& ids) const {
  if (parts_.rules == AddedTokenRules::kTransformers || parts_.normalizer.is_identity()) return encode_normalized(text, is_at_start, ids);
  encode_normalized(parts_.normalizer.apply(std::string(text)), is_at_start, ids);
}

void BpeTokenizer::encode_normalized(std::string_view text, bool is_at_start, std::vector<std::int64_t>& ids) const {
  for (const TextSegment& segment : normalized_matcher_.split(text)) {
    if (segment.id) {
      ids.push_back(*segment.id);
      continue;
    }
    const bool is_first = is_at_start && segment.text.data() == text.data();
    for (const Piece& word : parts_.pre_tokenizer.apply({std::string(segment.text), is_first})) parts_.bpe->encode(word.text, ids);
  }
}

std::optional<std::string> BpeTokenizer::decoder_input(std::int64_t id) const {
  const auto added = added_by_id_.find(id);
  if (added != added_by_id_.end()) {
    // A byte-level decoder turns the letters back, so the token's own text comes out.
    return parts_.rules == AddedTokenRules::kTransformers ? letters_of_bytes(added->second.content) : added->second.content;
  }
  const std::string* token = parts_.bpe->vocabulary().token(id);
  return token == nullptr ? std::nullopt : std::optional(*token);
}

std::optional<std::int64_t> BpeTokenizer::id_of(std::string_view token) const {
  const auto added = added_ids_.find(token);
  if (added != added_ids_.end()) return added->second;
  return parts_.bpe->vocabulary().find(token);
}

std::string BpeTokenizer::token_of(std::int64_t id) const {
  const auto added = added_by_id_.find(id);
  if (added != added_by_id_.end()) return added->second.content;
  const std::string* token = parts_.bpe->vocabulary().token(id);
  return token == nullptr ? std::string() : *token;
}

bool BpeTokenizer::is_special(std::int64_t id) const {
  const auto added = added_by_id_.find(id);
  return added != added_by_id_.end() && added->second.is_special;
}

/// Runs each token through the decode steps, one feeding the next.
class BpeTokenizer::Decoder : public TokenDecoder {
 public:
  Decoder(const BpeTokenizer& tokenizer, bool skip_special) : tokenizer_(tokenizer), skips_special_(skip_special) {
    for (const auto& make : tokenizer.parts_.decode_steps) steps_.push_back(make());
    if (tokenizer.parts_.cleans_up_spaces) clean_up_.emplace();
  }

  void push(std::int64_t id, std::string& text) override {
    if (skips_special_ && tokenizer_.is_special(id)) return;
    if (auto token = tokenizer_.decoder_input(id)) feed(0, std::move(*token), text);
  }

  void finish(std::string& text) override {
    for (std::size_t i = 0; i < steps_.size(); ++i) {
      std::vector<std::string> next;
      steps_[i]->finish(next);
      for (auto& token : next) feed(i + 1, std::move(token), text);
    }
    if (clean_up_) clean_up_->finish(text);
  }

 private:
  void feed(std::size_t step, std::string token, std::string& text) {
    if (step == steps_.size()) {
      if (clean_up_) clean_up_->push(token, text);
      else text += token;
      return;
    }
    std::vector<std::string> next;
    steps_[step]->push(std::move(token), next);
    for (auto& each : next) feed(step + 1, std::move(each), text);
  }

  const BpeTokenizer& tokenizer_;
  bool skips_special_;
  std::vector<std::unique_ptr<DecodeStep>> steps_;
  std::optional<SpaceCleanUp> clean_up_;
};

std::unique_ptr<TokenDecoder> BpeTokenizer::make_decoder(bool skip_special) const {
  return std::make_unique<Decoder>(*this, skip_special);
}

}  // namespace assay
