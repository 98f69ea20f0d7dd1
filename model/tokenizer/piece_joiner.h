#pragma once
#include <string>
#include <string_view>

#include "model/tokenizer/sentencepiece_flags.h"

namespace sentencepiece {
class SentencePieceProcessor;
}

namespace assay {

/// sentencepiece's Decode, one piece at a time: "▁" to spaces, runs of byte pieces to letters (U+FFFD for each byte that is part of
/// none), control pieces to nothing, and the first "▁" dropped where the model put it.
class PieceJoiner {
 public:
  PieceJoiner(const sentencepiece::SentencePieceProcessor& processor, const SentencePieceFlags& flags)
      : processor_(processor), flags_(flags) {}

  /// `id` is the piece's id, or unk_id for a text that is no piece.
  void push(std::string_view piece, int id, std::string& out);
  /// Ends the run: the next piece is a first one again.
  void finish(std::string& out);

 private:
  void push_byte(char byte, std::string& out);
  void flush_bytes(std::string& out);
  [[nodiscard]] std::string surface(std::string_view piece, int id);

  const sentencepiece::SentencePieceProcessor& processor_;
  const SentencePieceFlags& flags_;
  std::string bytes_;               ///< of a letter that is not complete yet
  bool is_empty_ = true;            ///< no text so far in this run
  bool may_drop_space_ = true;      ///< the next piece may be the one that holds the dummy prefix
  bool has_dropped_space_ = false;  ///< the last piece was it
};

}  // namespace assay
