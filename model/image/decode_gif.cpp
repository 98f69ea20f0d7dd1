#include <fmt/format.h>
#include <gif_lib.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <memory>
#include <optional>
#include <vector>

#include "model/image/formats.h"

namespace assay::formats {
namespace {

struct Source {
  std::string_view bytes;
  std::size_t position = 0;
};

int give_bytes(GifFileType* gif, GifByteType* to, int count) {
  auto& source = *static_cast<Source*>(gif->UserData);
  const std::size_t given =
      std::min<std::size_t>(static_cast<std::size_t>(std::max(count, 0)), source.bytes.size() - source.position);
  if (given > 0) std::memcpy(to, source.bytes.data() + source.position, given);
  source.position += given;
  return static_cast<int>(given);
}

struct CloseGif {
  void operator()(GifFileType* gif) const { DGifCloseFile(gif, nullptr); }
};

[[noreturn]] void fail(int code) {
  const char* text = GifErrorString(code);
  throw Undecodable(fmt::format("broken GIF: {}", text != nullptr ? text : "it cannot be decoded"));
}

// The index that an extension before the first frame declares transparent: Pillow fills the canvas with it.
void read_extension(GifFileType* gif, std::optional<std::uint8_t>& transparent) {
  int code = 0;
  GifByteType* block = nullptr;
  if (DGifGetExtension(gif, &code, &block) == GIF_ERROR) fail(gif->Error);
  if (code == GRAPHICS_EXT_FUNC_CODE && block != nullptr && block[0] >= 4 && (block[1] & 1) != 0) transparent = block[4];
  while (block != nullptr) {
    if (DGifGetExtensionNext(gif, &block) == GIF_ERROR) fail(gif->Error);
  }
}

// Moves to the first frame; its place and size are then in gif->Image.
std::optional<std::uint8_t> find_first_frame(GifFileType* gif) {
  std::optional<std::uint8_t> transparent;
  for (;;) {
    GifRecordType record = UNDEFINED_RECORD_TYPE;
    if (DGifGetRecordType(gif, &record) == GIF_ERROR) fail(gif->Error);
    if (record == EXTENSION_RECORD_TYPE) read_extension(gif, transparent);
    if (record == TERMINATE_RECORD_TYPE) throw Undecodable("broken GIF: it holds no picture");
    if (record != IMAGE_DESC_RECORD_TYPE) continue;
    if (DGifGetImageDesc(gif) == GIF_ERROR) fail(gif->Error);
    return transparent;
  }
}

using Palette = std::array<GifColorType, 256>;

// Without a colour table the index is the grey level; entries that a table lacks are black.
Palette palette_of(const GifFileType& gif) {
  Palette palette{};
  const ColorMapObject* map = gif.Image.ColorMap != nullptr ? gif.Image.ColorMap : gif.SColorMap;
  if (map != nullptr) {
    std::copy_n(map->Colors, std::min(map->ColorCount, 256), palette.begin());
  } else {
    for (int i = 0; i < 256; ++i)
      palette[i] = {static_cast<GifByteType>(i), static_cast<GifByteType>(i), static_cast<GifByteType>(i)};
  }
  return palette;
}

void read_frame(GifFileType* gif, std::vector<GifPixelType>& canvas, int canvas_width) {
  constexpr int kFirst[] = {0, 4, 2, 1}, kStep[] = {8, 8, 4, 2};  // GIF89a specification, appendix E: interlaced images
  const GifImageDesc& frame = gif->Image;
  const auto read_row = [&](int y) {
    GifPixelType* to = canvas.data() + static_cast<std::size_t>(frame.Top + y) * canvas_width + frame.Left;
    if (DGifGetLine(gif, to, frame.Width) == GIF_ERROR) fail(gif->Error);
  };
  if (!frame.Interlace) {
    for (int y = 0; y < frame.Height; ++y) read_row(y);
    return;
  }
  for (int pass = 0; pass < 4; ++pass) {
    for (int y = kFirst[pass]; y < frame.Height; y += kStep[pass]) read_row(y);
  }
}

}  // namespace

Image decode_gif(std::string_view bytes, const ImageLimits& limits) {
  Source source{bytes};
  int error = 0;
  const std::unique_ptr<GifFileType, CloseGif> gif(DGifOpen(&source, give_bytes, &error));
  if (gif == nullptr) fail(error);
  const std::optional<std::uint8_t> transparent = find_first_frame(gif.get());
  const int width = std::max(gif->SWidth, gif->Image.Left + gif->Image.Width);
  const int height = std::max(gif->SHeight, gif->Image.Top + gif->Image.Height);
  check_size("GIF", width, height, limits);
  check_size("GIF frame", gif->Image.Width, gif->Image.Height, limits);
  std::vector<GifPixelType> canvas(static_cast<std::size_t>(width) * height, transparent.value_or(0));
  read_frame(gif.get(), canvas, width);
  const Palette palette = palette_of(*gif);
  Image image(width, height);
  for (std::size_t i = 0; i < canvas.size(); ++i) {
    const GifColorType& entry = palette[canvas[i]];
    image.rgb[3 * i] = entry.Red, image.rgb[3 * i + 1] = entry.Green, image.rgb[3 * i + 2] = entry.Blue;
  }
  return image;
}

}  // namespace assay::formats
