#include "tests/model/image/encoded_pictures.h"

#include <gif_lib.h>
#include <jpeglib.h>
#include <png.h>
#include <tiffio.h>
#include <webp/encode.h>
#include <zlib.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <cstring>

namespace assay::testing {
namespace {

constexpr int kWidth = 33, kHeight = 21;

/// The colour table: entry i.
void entry(int i, std::uint8_t* rgb) {
  rgb[0] = static_cast<std::uint8_t>(i * 16);
  rgb[1] = static_cast<std::uint8_t>(255 - i * 7);
  rgb[2] = static_cast<std::uint8_t>(i * i);
}

int index_at(int x, int y) { return (x / 2 + y * 3 + x * y / 5) % 16; }

std::vector<std::uint8_t> indices() {
  std::vector<std::uint8_t> all;
  for (int y = 0; y < kHeight; ++y) {
    for (int x = 0; x < kWidth; ++x) all.push_back(static_cast<std::uint8_t>(index_at(x, y)));
  }
  return all;
}

std::string encode_jpeg(const std::uint8_t* samples, int components, J_COLOR_SPACE space, bool is_progressive) {
  jpeg_compress_struct info{};
  jpeg_error_mgr errors{};
  info.err = jpeg_std_error(&errors);
  jpeg_create_compress(&info);
  unsigned char* bytes = nullptr;
  unsigned long size = 0;
  jpeg_mem_dest(&info, &bytes, &size);
  info.image_width = kWidth;
  info.image_height = kHeight;
  info.input_components = components;
  info.in_color_space = space;
  jpeg_set_defaults(&info);
  if (is_progressive) jpeg_simple_progression(&info);
  info.restart_interval = 2;
  jpeg_start_compress(&info, TRUE);
  for (int y = 0; y < kHeight; ++y) {
    JSAMPROW row = const_cast<JSAMPROW>(samples + std::ptrdiff_t{y} * kWidth * components);
    jpeg_write_scanlines(&info, &row, 1);
  }
  jpeg_finish_compress(&info);
  std::string file(reinterpret_cast<const char*>(bytes), size);
  jpeg_destroy_compress(&info);
  std::free(bytes);
  return file;
}

void append_bytes(png_structp png, png_bytep from, std::size_t count) {
  static_cast<std::string*>(png_get_io_ptr(png))->append(reinterpret_cast<const char*>(from), count);
}

std::string encode_png(const std::uint8_t* samples, int row_bytes, int depth, int colour, bool is_interlaced) {
  std::string file;
  png_structp png = png_create_write_struct(PNG_LIBPNG_VER_STRING, nullptr, nullptr, nullptr);
  png_infop info = png_create_info_struct(png);
  png_set_write_fn(png, &file, append_bytes, nullptr);
  png_set_IHDR(png, info, kWidth, kHeight, depth, colour, is_interlaced ? PNG_INTERLACE_ADAM7 : PNG_INTERLACE_NONE,
               PNG_COMPRESSION_TYPE_DEFAULT, PNG_FILTER_TYPE_DEFAULT);
  png_color table[16];
  for (int i = 0; i < 16; ++i) entry(i, &table[i].red);
  if (colour == PNG_COLOR_TYPE_PALETTE) png_set_PLTE(png, info, table, 16);
  std::vector<png_bytep> rows;
  for (int y = 0; y < kHeight; ++y) rows.push_back(const_cast<png_bytep>(samples + std::ptrdiff_t{y} * row_bytes));
  png_set_rows(png, info, rows.data());
  png_write_png(png, info, depth < 8 ? PNG_TRANSFORM_PACKING : PNG_TRANSFORM_IDENTITY, nullptr);
  png_destroy_write_struct(&png, &info);
  return file;
}

std::string encode_webp(const Image& image, bool is_lossless) {
  std::uint8_t* bytes = nullptr;
  const std::size_t size = is_lossless ? WebPEncodeLosslessRGB(image.rgb.data(), kWidth, kHeight, 3 * kWidth, &bytes)
                                       : WebPEncodeRGB(image.rgb.data(), kWidth, kHeight, 3 * kWidth, 80, &bytes);
  std::string file(reinterpret_cast<const char*>(bytes), size);
  WebPFree(bytes);
  return file;
}

int append_gif(GifFileType* gif, const GifByteType* from, int count) {
  static_cast<std::string*>(gif->UserData)->append(reinterpret_cast<const char*>(from), static_cast<std::size_t>(count));
  return count;
}

std::string encode_gif(bool is_interlaced) {
  std::string file;
  int error = 0;
  GifFileType* gif = EGifOpen(&file, append_gif, &error);
  GifColorType table[16];
  for (int i = 0; i < 16; ++i) entry(i, &table[i].Red);
  ColorMapObject* map = GifMakeMapObject(16, table);
  EGifPutScreenDesc(gif, kWidth, kHeight, 8, 0, map);
  EGifPutImageDesc(gif, 0, 0, kWidth, kHeight, is_interlaced, nullptr);
  std::vector<std::uint8_t> pixels = indices();
  constexpr int kFirst[] = {0, 4, 2, 1}, kStep[] = {8, 8, 4, 2};
  for (int pass = 0; pass < (is_interlaced ? 4 : 1); ++pass) {
    for (int y = is_interlaced ? kFirst[pass] : 0; y < kHeight; y += is_interlaced ? kStep[pass] : 1)
      EGifPutLine(gif, pixels.data() + y * kWidth, kWidth);
  }
  GifFreeMapObject(map);
  EGifCloseFile(gif, &error);
  return file;
}

void put(std::string& file, std::uint32_t value, int bytes) {
  for (int i = 0; i < bytes; ++i) file.push_back(static_cast<char>(value >> (8 * i)));
}

std::string bmp_header(int bits, std::uint32_t compression, std::uint32_t colours) {
  std::string file = "BM";
  file.append(8, '\0');
  put(file, 54 + 4 * colours, 4);
  put(file, 40, 4), put(file, kWidth, 4), put(file, kHeight, 4), put(file, 1, 2);
  put(file, static_cast<std::uint32_t>(bits), 2), put(file, compression, 4);
  file.append(12, '\0'), put(file, colours, 4), put(file, 0, 4);
  for (std::uint32_t i = 0; i < colours; ++i) {
    std::uint8_t rgb[3];
    entry(static_cast<int>(i), rgb);
    put(file, std::uint32_t{rgb[0]} << 16 | std::uint32_t{rgb[1]} << 8 | rgb[2], 4);
  }
  return file;
}

std::string encode_bmp24(const Image& image) {
  std::string file = bmp_header(24, 0, 0);
  for (int y = kHeight - 1; y >= 0; --y) {
    for (int x = 0; x < kWidth; ++x) {
      for (int c = 2; c >= 0; --c) file.push_back(static_cast<char>(image.row(y)[3 * x + c]));
    }
    while ((file.size() - 54) % 4 != 0) file.push_back('\0');
  }
  return file;
}

std::string encode_bmp_runs() {
  std::string file = bmp_header(8, 1, 16);
  for (int y = kHeight - 1; y >= 0; --y) {
    for (int x = 0; x < kWidth;) {
      int count = 1;
      while (x + count < kWidth && index_at(x + count, y) == index_at(x, y)) ++count;
      put(file, static_cast<std::uint32_t>(count | index_at(x, y) << 8), 2);
      x += count;
    }
    put(file, 0, 2);
  }
  put(file, 0x100, 2);
  return file;
}

/// A file in memory that libtiff writes to.
struct Sink {
  std::string bytes;
  std::size_t position = 0;
};

Sink& sink_of(thandle_t handle) { return *static_cast<Sink*>(handle); }

tmsize_t read_sink(thandle_t handle, void* to, tmsize_t count) {
  Sink& sink = sink_of(handle);
  const std::size_t given =
      std::min<std::size_t>(static_cast<std::size_t>(count), sink.bytes.size() - std::min(sink.position, sink.bytes.size()));
  std::memcpy(to, sink.bytes.data() + sink.position, given);
  sink.position += given;
  return static_cast<tmsize_t>(given);
}

tmsize_t write_sink(thandle_t handle, void* from, tmsize_t count) {
  Sink& sink = sink_of(handle);
  sink.bytes.resize(std::max(sink.bytes.size(), sink.position + static_cast<std::size_t>(count)));
  std::memcpy(sink.bytes.data() + sink.position, from, static_cast<std::size_t>(count));
  sink.position += static_cast<std::size_t>(count);
  return count;
}

toff_t seek_sink(thandle_t handle, toff_t offset, int whence) {
  Sink& sink = sink_of(handle);
  return sink.position = offset + (whence == SEEK_CUR ? sink.position : whence == SEEK_END ? sink.bytes.size() : 0);
}

std::string encode_tiff(const Image& image, std::uint16_t compression, bool is_tiled) {
  Sink sink;
  TIFF* tiff = TIFFClientOpen(
      "sink", "wm", &sink, read_sink, write_sink, seek_sink, [](thandle_t) { return 0; },
      [](thandle_t handle) -> toff_t { return sink_of(handle).bytes.size(); }, nullptr, nullptr);
  TIFFSetField(tiff, TIFFTAG_IMAGEWIDTH, kWidth);
  TIFFSetField(tiff, TIFFTAG_IMAGELENGTH, kHeight);
  TIFFSetField(tiff, TIFFTAG_BITSPERSAMPLE, 8);
  TIFFSetField(tiff, TIFFTAG_SAMPLESPERPIXEL, 3);
  TIFFSetField(tiff, TIFFTAG_PHOTOMETRIC, PHOTOMETRIC_RGB);
  TIFFSetField(tiff, TIFFTAG_PLANARCONFIG, PLANARCONFIG_CONTIG);
  TIFFSetField(tiff, TIFFTAG_COMPRESSION, compression);
  constexpr int kTile = 16;
  if (is_tiled) {
    TIFFSetField(tiff, TIFFTAG_TILEWIDTH, kTile);
    TIFFSetField(tiff, TIFFTAG_TILELENGTH, kTile);
    std::vector<std::uint8_t> tile(std::size_t{3} * kTile * kTile);
    for (int top = 0; top < kHeight; top += kTile) {
      for (int left = 0; left < kWidth; left += kTile) {
        for (int y = 0; y < std::min(kTile, kHeight - top); ++y) {
          std::memcpy(tile.data() + 3 * kTile * y, image.row(top + y) + 3 * left, std::size_t(3) * std::min(kTile, kWidth - left));
        }
        TIFFWriteTile(tiff, tile.data(), static_cast<std::uint32_t>(left), static_cast<std::uint32_t>(top), 0, 0);
      }
    }
  } else {
    TIFFSetField(tiff, TIFFTAG_ROWSPERSTRIP, 8);
    for (int y = 0; y < kHeight; ++y) {
      std::vector<std::uint8_t> row(image.row(y), image.row(y) + image.row_bytes());
      TIFFWriteScanline(tiff, row.data(), static_cast<std::uint32_t>(y), 0);
    }
  }
  TIFFClose(tiff);
  return sink.bytes;
}

void put_big_endian(std::string& bytes, unsigned long value) {
  for (int shift = 24; shift >= 0; shift -= 8) bytes.push_back(static_cast<char>(value >> shift));
}

}  // namespace

std::string text_bomb_chunk() {
  const std::string text(std::size_t{2} << 20, 'A');
  uLongf size = compressBound(text.size());
  std::string packed(size, '\0');
  compress(reinterpret_cast<Bytef*>(packed.data()), &size, reinterpret_cast<const Bytef*>(text.data()), text.size());
  packed.resize(size);
  const std::string content = "zTXtkey" + std::string(2, '\0') + packed;
  std::string chunk;
  put_big_endian(chunk, content.size() - 4);
  chunk += content;
  put_big_endian(chunk, crc32(0, reinterpret_cast<const Bytef*>(content.data()), static_cast<uInt>(content.size())));
  return chunk;
}

Image encoded_picture_source() {
  Image image(kWidth, kHeight);
  for (int y = 0; y < kHeight; ++y) {
    for (int x = 0; x < kWidth; ++x) entry(index_at(x, y), image.row(y) + 3 * x);
  }
  return image;
}

std::vector<EncodedPicture> encoded_pictures() {
  const Image image = encoded_picture_source();
  std::vector<std::uint8_t> palette = indices(), rgba, deep;
  for (std::size_t i = 0; i < palette.size(); ++i) {
    for (std::size_t c = 0; c < 3; ++c) {
      rgba.push_back(image.rgb[3 * i + c]);
      deep.push_back(image.rgb[3 * i + c]), deep.push_back(static_cast<std::uint8_t>(i));
    }
    rgba.push_back(static_cast<std::uint8_t>(i));
  }
  return {
      {"baseline.jpg", encode_jpeg(image.rgb.data(), 3, JCS_RGB, false), false},
      {"progressive.jpg", encode_jpeg(image.rgb.data(), 3, JCS_RGB, true), false},
      {"grey.jpg", encode_jpeg(palette.data(), 1, JCS_GRAYSCALE, false), false},
      {"cmyk.jpg", encode_jpeg(rgba.data(), 4, JCS_CMYK, false), false},
      {"rgb.png", encode_png(image.rgb.data(), 3 * kWidth, 8, PNG_COLOR_TYPE_RGB, false)},
      {"rgba_interlaced.png", encode_png(rgba.data(), 4 * kWidth, 8, PNG_COLOR_TYPE_RGB_ALPHA, true)},
      {"palette.png", encode_png(palette.data(), kWidth, 4, PNG_COLOR_TYPE_PALETTE, false)},
      {"rgb16.png", encode_png(deep.data(), 6 * kWidth, 16, PNG_COLOR_TYPE_RGB, false)},
      {"lossy.webp", encode_webp(image, false), false},
      {"lossless.webp", encode_webp(image, true)},
      {"plain.gif", encode_gif(false)},
      {"interlaced.gif", encode_gif(true)},
      {"rgb24.bmp", encode_bmp24(image)},
      {"runs.bmp", encode_bmp_runs()},
      {"lzw.tif", encode_tiff(image, COMPRESSION_LZW, false)},
      {"deflate_tiled.tif", encode_tiff(image, COMPRESSION_ADOBE_DEFLATE, true)},
      {"plain.tif", encode_tiff(image, COMPRESSION_NONE, false)},
  };
}

}  // namespace assay::testing
