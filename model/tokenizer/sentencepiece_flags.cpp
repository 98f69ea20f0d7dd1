#include "model/tokenizer/sentencepiece_flags.h"

#include <cstdint>

#include "harness/base/error.h"

namespace assay {
namespace {

// Field numbers of sentencepiece_model.proto.
constexpr std::uint64_t kTrainerSpec = 2, kNormalizerSpec = 3, kDenormalizerSpec = 5;
constexpr std::uint64_t kUnkSurface = 44;
constexpr std::uint64_t kCharsmap = 2, kAddDummyPrefix = 3, kRemoveExtraWhitespaces = 4;

/// Walks the fields of one message (protobuf encoding: key = number << 3 | wire type).
class Fields {
 public:
  explicit Fields(std::string_view message) : rest_(message) {}

  /// Moves to the next field; false at the end.
  bool next() {
    if (rest_.empty()) return false;
    const std::uint64_t key = varint();
    number = key >> 3;
    value = 0;
    bytes = {};
    switch (key & 7) {
      case 0: value = varint(); break;
      case 1: bytes = take(8); break;
      case 2: bytes = take(varint()); break;
      case 5: bytes = take(4); break;
      default: throw ModelError("not a sentencepiece model: unknown wire type");
    }
    return true;
  }

  std::uint64_t number = 0;
  std::uint64_t value = 0;  ///< of a varint
  std::string_view bytes;   ///< of anything else

 private:
  std::uint64_t varint() {
    std::uint64_t result = 0;
    for (int shift = 0; shift < 64; shift += 7) {
      const auto byte = static_cast<std::uint8_t>(take(1)[0]);
      result |= static_cast<std::uint64_t>(byte & 0x7F) << shift;
      if (byte < 0x80) return result;
    }
    throw ModelError("not a sentencepiece model: number too long");
  }

  std::string_view take(std::uint64_t count) {
    if (count > rest_.size()) throw ModelError("not a sentencepiece model: a field reaches beyond the end of the file");
    const auto taken = rest_.substr(0, count);
    rest_.remove_prefix(count);
    return taken;
  }

  std::string_view rest_;
};

void read_normalizer_spec(std::string_view message, SentencePieceFlags& flags) {
  for (Fields field(message); field.next();) {
    if (field.number == kAddDummyPrefix) flags.add_dummy_prefix = field.value != 0;
    if (field.number == kRemoveExtraWhitespaces) flags.remove_extra_whitespaces = field.value != 0;
  }
}

}  // namespace

SentencePieceFlags read_sentencepiece_flags(std::string_view model) {
  SentencePieceFlags flags;
  for (Fields field(model); field.next();) {
    if (field.number == kNormalizerSpec) read_normalizer_spec(field.bytes, flags);
    if (field.number == kTrainerSpec) {
      for (Fields inner(field.bytes); inner.next();) {
        if (inner.number == kUnkSurface) flags.unk_surface = inner.bytes;
      }
    }
    if (field.number == kDenormalizerSpec) {
      for (Fields inner(field.bytes); inner.next();) {
        if (inner.number == kCharsmap && !inner.bytes.empty()) flags.has_denormalizer = true;
      }
    }
  }
  return flags;
}

std::string without_dummy_prefix(std::string_view model) {
  std::string changed(model);
  changed += static_cast<char>(kNormalizerSpec << 3 | 2);  // a message ...
  changed += '\x02';                                       // of two bytes:
  changed += static_cast<char>(kAddDummyPrefix << 3);      // add_dummy_prefix
  changed += '\0';                                         // = false
  return changed;
}

}  // namespace assay
