#pragma once
#include <string_view>

/// Private to this folder.
namespace assay::formats {

/// Throws Undecodable if a compressed text or profile chunk unpacks to more than 1 MiB. The pixels may well be sound, but nothing
/// honest looks like this, and Pillow refuses it too.  Source  Pillow 13.0.0, src/PIL/PngImagePlugin.py, MAX_TEXT_CHUNK
void check_png_text(std::string_view bytes);

}  // namespace assay::formats
