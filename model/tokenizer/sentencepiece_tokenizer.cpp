#include "model/tokenizer/sentencepiece_tokenizer.h"

#include <sentencepiece_processor.h>

#include <algorithm>
#include <unordered_map>
#include <unordered_set>

#include "harness/base/error.h"
#include "harness/base/file.h"
#include "harness/base/utf8.h"
#include "model/tokenizer/piece_joiner.h"
#include "model/tokenizer/protobuf_clash.h"
#include "model/tokenizer/stream_filters.h"
#include "model/tokenizer/text_pattern.h"
#include "model/tokenizer/vocabulary.h"

namespace assay {
namespace {

constexpr std::string_view kSpace = "\xE2\x96\x81";  // U+2581, "▁"

/// Whose convert_tokens_to_string decodes.
enum class DecodeRules { kLlama, kInternLm };

class SentencePieceTokenizer : public Tokenizer {
 public:
  SentencePieceTokenizer(const std::filesystem::path& model, const TokenizerConfig& config);

  [[nodiscard]] std::vector<std::int64_t> encode(std::string_view text) const override;
  [[nodiscard]] std::unique_ptr<TokenDecoder> make_decoder(bool skip_special) const override;
  [[nodiscard]] std::optional<std::int64_t> id_of(std::string_view token) const override;
  [[nodiscard]] std::string token_of(std::int64_t id) const override;
  [[nodiscard]] std::int64_t vocabulary_size() const override { return size_; }
  [[nodiscard]] std::vector<std::int64_t> prefix_ids() const override { return prefix_ids_; }
  [[nodiscard]] bool is_special(std::int64_t id) const override { return special_ids_.contains(id); }

 private:
  class Decoder;

  void load(const std::string& bytes);
  void add_tokens(const TokenizerConfig& config);
  [[nodiscard]] bool is_piece(std::int64_t id) const { return id >= 0 && id < processor_.GetPieceSize(); }
  [[nodiscard]] std::optional<std::int64_t> piece_id(std::string_view piece) const;
  [[nodiscard]] std::vector<int> pieces_of(std::string_view text) const;
  void encode_stretch(std::string_view text, std::vector<std::int64_t>& ids) const;
  /// The prefix piece that legacy: false puts before everything is taken back when a special token follows at once.
  void drop_prefix_before_special(std::vector<std::int64_t>& ids) const;

  sentencepiece::SentencePieceProcessor processor_;
  SentencePieceFlags flags_;
  DecodeRules decode_rules_;
  bool is_legacy_;
  bool cleans_up_spaces_;
  std::string unk_token_;
  AddedTokenMatcher matcher_{{}, WhiteSpace::kPython};
  std::unordered_map<std::int64_t, std::string> added_by_id_;
  std::unordered_map<std::string, std::int64_t, StringHash, std::equal_to<>> added_ids_;
  std::unordered_map<int, std::int64_t> renamed_;  ///< pieces spelled like an added token of another id
  std::unordered_set<std::int64_t> special_ids_;
  std::unordered_set<std::int64_t> set_apart_ids_;  ///< added tokens that are no part of the text around them when decoding
  std::vector<std::int64_t> prefix_ids_;
  std::int64_t size_ = 0;
};

SentencePieceTokenizer::SentencePieceTokenizer(const std::filesystem::path& model, const TokenizerConfig& config)
    : decode_rules_(config.tokenizer_class.starts_with("InternLM") ? DecodeRules::kInternLm : DecodeRules::kLlama),
      is_legacy_(decode_rules_ == DecodeRules::kInternLm || config.is_legacy),
      cleans_up_spaces_(config.cleans_up_spaces),
      unk_token_(config.unk_token.value_or("<unk>")) {
  try {
    load(read_file(model));
  } catch (ModelError& error) {
    error.add_context(model.string());
    throw;
  }
  add_tokens(config);
  if (config.add_bos_token.value_or(true)) {
    const auto bos = config.bos_token ? id_of(*config.bos_token) : std::nullopt;
    if (decode_rules_ == DecodeRules::kInternLm && processor_.bos_id() >= 0) prefix_ids_ = {processor_.bos_id()};
    else if (bos) prefix_ids_ = {*bos};
  }
}

void SentencePieceTokenizer::load(const std::string& bytes) {
  flags_ = read_sentencepiece_flags(bytes);
  if (flags_.has_denormalizer) throw ModelError("the model has a denormaliser, which is not supported");
  if (!is_legacy_) flags_.add_dummy_prefix = false;
  const auto status = processor_.LoadFromSerializedProto(is_legacy_ ? bytes : without_dummy_prefix(bytes));
  if (!status.ok()) throw ModelError(fmt::format("not a sentencepiece model: {}", status.ToString()));
}

void SentencePieceTokenizer::add_tokens(const TokenizerConfig& config) {
  const std::int64_t pieces = processor_.GetPieceSize();
  const auto tokens = resolve_added_tokens(config, pieces, [&](std::string_view token) { return piece_id(token); });
  size_ = pieces;
  for (const AddedToken& token : tokens) {
    added_by_id_[token.id] = token.content;
    added_ids_[token.content] = token.id;
    size_ = std::max(size_, token.id + 1);
    if (token.is_special) special_ids_.insert(token.id);
    if (const auto id = piece_id(token.content); id && *id != token.id) renamed_[static_cast<int>(*id)] = token.id;
    if (!token.is_special) set_apart_ids_.insert(token.id);
  }
  for (const auto& content : config.additional_special_tokens) {
    if (const auto it = added_ids_.find(content); it != added_ids_.end() && it->second >= pieces) set_apart_ids_.insert(it->second);
  }
  matcher_ = AddedTokenMatcher(tokens, WhiteSpace::kPython);
}

std::optional<std::int64_t> SentencePieceTokenizer::piece_id(std::string_view piece) const {
  const int id = processor_.PieceToId(piece);
  return is_piece(id) && processor_.IdToPiece(id) == piece ? std::optional<std::int64_t>(id) : std::nullopt;
}

std::optional<std::int64_t> SentencePieceTokenizer::id_of(std::string_view token) const {
  const auto added = added_ids_.find(token);
  return added != added_ids_.end() ? std::optional(added->second) : piece_id(token);
}

std::string SentencePieceTokenizer::token_of(std::int64_t id) const {
  const auto added = added_by_id_.find(id);
  if (added != added_by_id_.end()) return added->second;
  return is_piece(id) ? processor_.IdToPiece(static_cast<int>(id)) : std::string();
}

std::vector<int> SentencePieceTokenizer::pieces_of(std::string_view text) const {
  std::vector<int> ids;
  const auto status = processor_.Encode(text, &ids);
  if (!status.ok()) throw ModelError(fmt::format("encoding {} bytes of text: {}", text.size(), status.ToString()));
  return ids;
}

void SentencePieceTokenizer::encode_stretch(std::string_view text, std::vector<std::int64_t>& ids) const {
  std::vector<int> pieces;
  if (!is_legacy_ && (text.starts_with(' ') || text.starts_with(kSpace))) {
    // sentencepiece would strip a leading space: transformers shields it behind the unknown token's letters.
    pieces = pieces_of(unk_token_ + std::string(text));
    const std::size_t shield = pieces_of(unk_token_).size();
    if (pieces.size() >= shield) pieces.erase(pieces.begin(), pieces.begin() + static_cast<std::ptrdiff_t>(shield));
  } else {
    pieces = pieces_of(text);
  }
  for (const int piece : pieces) {
    const auto renamed = renamed_.empty() ? renamed_.end() : renamed_.find(piece);
    ids.push_back(renamed == renamed_.end() ? piece : renamed->second);
  }
}

std::vector<std::int64_t> SentencePieceTokenizer::encode(std::string_view text) const {
  std::string clean = replace_invalid_utf8(text);
  if (!is_legacy_ && !clean.empty()) clean = std::string(kSpace) + replace_all(clean, std::string(kSpace), " ");
  std::vector<std::int64_t> ids;
  ids.reserve(clean.size() / 3);
  for (const TextSegment& segment : matcher_.split(clean)) {
    if (segment.id) ids.push_back(*segment.id);
    else encode_stretch(segment.text, ids);
  }
  if (!is_legacy_) drop_prefix_before_special(ids);
  return ids;
}

void SentencePieceTokenizer::drop_prefix_before_special(std::vector<std::int64_t>& ids) const {
  if (ids.size() > 1 && token_of(ids[0]) == kSpace && is_special(ids[1])) ids.erase(ids.begin());
}

/// transformers' _decode: tokens set apart stand for themselves; the runs between them are put together by the class's
/// convert_tokens_to_string; all parts are joined by a space.
class SentencePieceTokenizer::Decoder : public TokenDecoder {
 public:
  Decoder(const SentencePieceTokenizer& tokenizer, bool skip_special)
      : tokenizer_(tokenizer), skips_special_(skip_special), joiner_(tokenizer.processor_, tokenizer.flags_) {
    if (tokenizer.cleans_up_spaces_) clean_all_.emplace();
    begin_run();
  }

  void push(std::int64_t id, std::string& text) override {
    const bool is_special = tokenizer_.is_special(id);
    if (skips_special_ && is_special) return;
    if (tokenizer_.set_apart_ids_.contains(id)) {
      end_run(false, text);
      write_part(tokenizer_.token_of(id), text);
      is_part_open_ = false;
    } else if (is_special) {
      push_special(tokenizer_.token_of(id), text);
    } else if (tokenizer_.is_piece(id)) {
      push_piece(tokenizer_.processor_.IdToPiece(static_cast<int>(id)), static_cast<int>(id), text);
    }
  }

  void finish(std::string& text) override {
    end_run(true, text);
    if (clean_all_) clean_all_->finish(text);
  }

 private:
  void begin_run() {
    run_is_empty_ = true;
    follows_special_ = false;
    if (tokenizer_.decode_rules_ == DecodeRules::kInternLm) clean_run_.emplace();  // InternLM's class always cleans up
  }

  void push_piece(std::string_view piece, int id, std::string& text) {
    if (run_is_empty_ && tokenizer_.decode_rules_ == DecodeRules::kLlama && piece.starts_with(kSpace)) {
      piece.remove_prefix(kSpace.size());
      id = tokenizer_.processor_.PieceToId(piece);
    }
    run_is_empty_ = follows_special_ = false;
    std::string joined;
    joiner_.push(piece, id, joined);
    if (skips_special_) write_run(joined, text);
    else waiting_ += joined;  // a special token that follows puts a space before it
  }

  /// The space goes before the text that waits, not before the token itself: so do both references.
  void push_special(const std::string& token, std::string& text) {
    const bool adds_space = tokenizer_.decode_rules_ == DecodeRules::kInternLm || (!run_is_empty_ && tokenizer_.is_legacy_);
    joiner_.finish(waiting_);
    write_run((!follows_special_ && adds_space ? " " : "") + waiting_ + token, text);
    waiting_.clear();
    run_is_empty_ = false;
    follows_special_ = true;
  }

  /// A run that gives no text is no part, unless it is the last.
  void end_run(bool is_last, std::string& text) {
    joiner_.finish(waiting_);
    write_run(waiting_, text);
    waiting_.clear();
    if (clean_run_) {
      std::string rest;
      clean_run_->finish(rest);
      write_part_of_run(rest, text);
    }
    if (is_last && !run_is_empty_ && !is_part_open_) write_part("", text);
    is_part_open_ = false;
    begin_run();
  }

  void write_run(std::string_view run_text, std::string& text) {
    if (!clean_run_) return write_part_of_run(run_text, text);
    std::string cleaned;
    clean_run_->push(run_text, cleaned);
    write_part_of_run(cleaned, text);
  }

  void write_part_of_run(std::string_view run_text, std::string& text) {
    if (run_text.empty()) return;
    if (is_part_open_) return write(run_text, text);
    write_part(run_text, text);
    is_part_open_ = true;
  }

  void write_part(std::string_view part, std::string& text) {
    if (has_parts_) write(" ", text);
    has_parts_ = true;
    write(part, text);
  }

  void write(std::string_view part, std::string& text) {
    if (clean_all_) clean_all_->push(part, text);
    else text += part;
  }

  const SentencePieceTokenizer& tokenizer_;
  bool skips_special_;
  PieceJoiner joiner_;
  std::optional<SpaceCleanUp> clean_run_, clean_all_;
  std::string waiting_;
  bool run_is_empty_ = true;      ///< no token in this run yet
  bool follows_special_ = false;  ///< the last token was special
  bool is_part_open_ = false;     ///< this run has given text
  bool has_parts_ = false;
};

std::unique_ptr<TokenDecoder> SentencePieceTokenizer::make_decoder(bool skip_special) const {
  return std::make_unique<Decoder>(*this, skip_special);
}

}  // namespace

std::unique_ptr<Tokenizer> open_sentencepiece(const std::filesystem::path& model, const TokenizerConfig& config) {
  if (protobuf_clashes())
    throw ModelError(fmt::format("{}: SentencePiece does not run in this build: its protobuf and the one that LibTorch is linked with have the "
                                 "same names (Debian's libtorch-dev); build with the wheel: scripts/setup.sh --libtorch=wheel", model.string()));
  return std::make_unique<SentencePieceTokenizer>(model, config);
}

}  // namespace assay
