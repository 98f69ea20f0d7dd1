#pragma once
#include <ostream>
#include <string>
#include <vector>

#include "model/image/image.h"

namespace assay::testing {

/// A file, and what it should decode to.
struct EncodedPicture {
  std::string name;
  std::string bytes;
  bool is_lossless = true;  ///< decoding gives encoded_picture_source() back
};

/// For test names and messages.
inline void PrintTo(const EncodedPicture& picture, std::ostream* os) { *os << picture.name; }

/// The picture behind encoded_pictures(): 33 x 21 pixels of at most 16 colours, so that palettes hold it.
[[nodiscard]] Image encoded_picture_source();

/// The same small picture in every supported format and several of its kinds, made here by the formats' own libraries.
[[nodiscard]] std::vector<EncodedPicture> encoded_pictures();

/// A PNG chunk of a few kB of text that unpacks to 2 MiB.
[[nodiscard]] std::string text_bomb_chunk();

}  // namespace assay::testing
