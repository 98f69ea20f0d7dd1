#pragma once
#include <string>
#include <string_view>

namespace assay {

/// The settings of a sentencepiece model that decoding needs and its library keeps to itself.
struct SentencePieceFlags {
  bool add_dummy_prefix = true;
  bool remove_extra_whitespaces = true;
  bool has_denormalizer = false;
  std::string unk_surface = " \xE2\x81\x87 ";  ///< what an unknown piece reads as: " ⁇ "
};

/// Reads them from the model file's bytes, a protocol buffer.
///
/// Throws   ModelError when the bytes are none
/// Source   sentencepiece 0.1.97, src/sentencepiece_model.proto (field numbers and defaults)
[[nodiscard]] SentencePieceFlags read_sentencepiece_flags(std::string_view model);

/// The same model without its dummy prefix: a later occurrence of a field replaces an earlier one when messages are merged.
[[nodiscard]] std::string without_dummy_prefix(std::string_view model);

}  // namespace assay
