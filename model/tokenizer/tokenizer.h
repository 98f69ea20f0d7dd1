#pragma once
#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace assay {

/// Turns ids into text, one at a time. Appends only text that is final, and only whole letters.
class TokenDecoder {
 public:
  virtual ~TokenDecoder() = default;
  virtual void push(std::int64_t id, std::string& text) = 0;
  /// Appends what was held back. The decoder is spent after it.
  virtual void finish(std::string& text) = 0;
};

/// Text to token ids and back, as the checkpoint's reference tokenizer does it. All const members may be called from any thread.
class Tokenizer {
 public:
  virtual ~Tokenizer() = default;

  /// Ids of `text`. Added and special tokens that are spelled out in it are recognised; nothing is put in front or behind
  /// (see prefix_ids). Bytes that are not UTF-8 are read as U+FFFD.
  [[nodiscard]] virtual std::vector<std::int64_t> encode(std::string_view text) const = 0;

  /// A decoder for one reply. With `skip_special`, special tokens leave no text. Ids that no token has leave no text either: a
  /// model's vocabulary is often padded beyond its tokenizer's.
  [[nodiscard]] virtual std::unique_ptr<TokenDecoder> make_decoder(bool skip_special) const = 0;

  /// The whole text of `ids`, as the reference's decode gives it.
  [[nodiscard]] std::string decode(std::span<const std::int64_t> ids, bool skip_special) const;

  [[nodiscard]] virtual std::optional<std::int64_t> id_of(std::string_view token) const = 0;
  /// The token as the vocabulary spells it ("Ġthe", "▁the", "<0x0A>"); empty when no token has this id.
  [[nodiscard]] virtual std::string token_of(std::int64_t id) const = 0;
  /// One more than the largest id.
  [[nodiscard]] virtual std::int64_t vocabulary_size() const = 0;
  /// What the reference's default call puts in front: the begin token for LLaMA and InternLM2, nothing for Qwen2.
  [[nodiscard]] virtual std::vector<std::int64_t> prefix_ids() const = 0;
  [[nodiscard]] virtual bool is_special(std::int64_t id) const = 0;
};

/// Opens the tokenizer of a checkpoint folder: tokenizer.json, else tokenizer.model, else vocab.json with merges.txt. A folder whose
/// tokenizer_class is one of InternLM's uses tokenizer.model first, because no other file has its rules.
///
/// Throws   ConfigError when none of these files is there; ModelError for a file that is broken or of a kind that is not supported
[[nodiscard]] std::unique_ptr<Tokenizer> open_tokenizer(const std::filesystem::path& checkpoint_folder);

}  // namespace assay
