#pragma once
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "model/tokenizer/added_tokens.h"
#include "model/tokenizer/bpe.h"
#include "model/tokenizer/decode_steps.h"
#include "model/tokenizer/normalizer.h"
#include "model/tokenizer/pre_tokenizer.h"
#include "model/tokenizer/tokenizer.h"

namespace assay {

/// Whose rules hold around added tokens.
enum class AddedTokenRules {
  kTokenizers,    ///< the `tokenizers` library: each stretch of text is normalised on its own, added tokens go through the decoder
  kTransformers,  ///< transformers' Python classes: the whole text is normalised first, added tokens are decoded as they are
};

/// The parts of a BPE tokenizer, in the order in which text goes through them.
struct BpePipeline {
  AddedTokenRules rules = AddedTokenRules::kTokenizers;
  std::vector<AddedToken> added_tokens;
  Normalizer normalizer;
  PreTokenizer pre_tokenizer;
  std::unique_ptr<const Bpe> bpe;
  std::vector<MakeDecodeStep> decode_steps;
  std::vector<std::int64_t> prefix_ids;
  bool cleans_up_spaces = false;
};

/// Added tokens, normaliser, pre-tokenizer, BPE, and the way back.
class BpeTokenizer : public Tokenizer {
 public:
  explicit BpeTokenizer(BpePipeline pipeline);

  [[nodiscard]] std::vector<std::int64_t> encode(std::string_view text) const override;
  [[nodiscard]] std::unique_ptr<TokenDecoder> make_decoder(bool skip_special) const override;
  [[nodiscard]] std::optional<std::int64_t> id_of(std::string_view token) const override;
  [[nodiscard]] std::string token_of(std::int64_t id) const override;
  [[nodiscard]] std::int64_t vocabulary_size() const override { return size_; }
  [[nodiscard]] std::vector<std::int64_t> prefix_ids() const override { return parts_.prefix_ids; }
  [[nodiscard]] bool is_special(std::int64_t id) const override;

 private:
  class Decoder;

  void encode_raw(std::string_view text, bool is_at_start, std::vector<std::int64_t>& ids) const;
  void encode_normalized(std::string_view text, bool is_at_start, std::vector<std::int64_t>& ids) const;
  /// What a decode step is given for `id`; nothing when no token has this id.
  [[nodiscard]] std::optional<std::string> decoder_input(std::int64_t id) const;

  BpePipeline parts_;
  AddedTokenMatcher raw_matcher_;         ///< tokens that are looked for before normalisation
  AddedTokenMatcher normalized_matcher_;  ///< and after it
  std::unordered_map<std::int64_t, AddedToken> added_by_id_;
  std::unordered_map<std::string, std::int64_t, StringHash, std::equal_to<>> added_ids_;
  std::int64_t size_ = 0;
};

}  // namespace assay
