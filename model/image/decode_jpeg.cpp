#include <fmt/format.h>

#include <csetjmp>
#include <cstdio>
#include <memory>
#include <vector>

#include "model/image/formats.h"

// jpeglib.h needs stdio's FILE and size_t to be known.
#include <jerror.h>
#include <jpeglib.h>

namespace assay::formats {
namespace {

/// Everything the C library touches while it may jump: no destructor of ours runs between setjmp and longjmp.
struct Reader {
  jpeg_decompress_struct info{};
  jpeg_error_mgr errors{};
  jpeg_source_mgr source{};
  jpeg_progress_mgr progress{};
  std::jmp_buf jump{};
  char message[JMSG_LENGTH_MAX] = {};
  bool hit_end = false;  ///< the decoder asked for bytes past the end of the file
  Image image;
  std::vector<JSAMPLE> cmyk;  ///< one row

  Reader() = default;
  Reader(const Reader&) = delete;
  Reader& operator=(const Reader&) = delete;
  ~Reader() { jpeg_destroy_decompress(&info); }
};

Reader& reader_of(j_common_ptr info) { return *static_cast<Reader*>(info->client_data); }

[[noreturn]] void fail(j_common_ptr info) {
  Reader& reader = reader_of(info);
  reader.errors.format_message(info, reader.message);
  std::longjmp(reader.jump, 1);
}

void stay_silent(j_common_ptr) {}
void do_nothing(j_decompress_ptr) {}

// Pillow feeds a suspending source and gives up when the file ends first; we note the end and let the library finish on an EOI.
boolean give_end_marker(j_decompress_ptr info) {
  static constexpr JOCTET kEnd[] = {0xFF, JPEG_EOI};
  reader_of(reinterpret_cast<j_common_ptr>(info)).hit_end = true;
  info->src->next_input_byte = kEnd;
  info->src->bytes_in_buffer = sizeof kEnd;
  return TRUE;
}

void skip(j_decompress_ptr info, long count) {
  if (count <= 0) return;
  if (static_cast<std::size_t>(count) > info->src->bytes_in_buffer) {
    give_end_marker(info);
    return;
  }
  info->src->next_input_byte += count;
  info->src->bytes_in_buffer -= static_cast<std::size_t>(count);
}

// Each scan of a progressive file goes over the whole picture, and a few bytes make a scan: hostile files have thousands. libjpeg
// calls this while it reads.
void stop_endless_scans(j_common_ptr info) {
  constexpr int kMostScans = 500;  // an honest file has about ten; libjpeg-turbo's own fuzzers stop here too
  if (reinterpret_cast<j_decompress_ptr>(info)->input_scan_number <= kMostScans) return;
  Reader& reader = reader_of(info);
  std::snprintf(reader.message, sizeof reader.message, "more than %d scans", kMostScans);
  std::longjmp(reader.jump, 1);
}

void prepare(Reader& reader, std::string_view bytes) {
  jpeg_std_error(&reader.errors);
  reader.info.err = &reader.errors;
  reader.info.client_data = &reader;
  reader.errors.error_exit = fail;
  reader.errors.output_message = stay_silent;
  jpeg_create_decompress(&reader.info);
  reader.info.client_data = &reader;
  reader.source.init_source = do_nothing;
  reader.source.fill_input_buffer = give_end_marker;
  reader.source.skip_input_data = skip;
  reader.source.resync_to_restart = jpeg_resync_to_restart;
  reader.source.term_source = do_nothing;
  reader.source.next_input_byte = reinterpret_cast<const JOCTET*>(bytes.data());
  reader.source.bytes_in_buffer = bytes.size();
  reader.info.src = &reader.source;
  reader.progress.progress_monitor = stop_endless_scans;
  reader.info.progress = &reader.progress;
}

// False: the library gave up, and reader.message says why.
bool read_header(Reader& reader, std::string_view bytes) {
  if (setjmp(reader.jump) != 0) return false;
  prepare(reader, bytes);
  jpeg_read_header(&reader.info, TRUE);
  return true;
}

// Four inks are stored inverted, whatever the Adobe marker says: Pillow's assumption (rawmode CMYK;I), which we share.
void ink_row_to_rgb(const JSAMPLE* inks, std::uint8_t* rgb, int width) {
  for (int x = 0; x < width; ++x) {
    const std::uint8_t cmyk[4] = {static_cast<std::uint8_t>(255 - inks[4 * x]), static_cast<std::uint8_t>(255 - inks[4 * x + 1]),
                                  static_cast<std::uint8_t>(255 - inks[4 * x + 2]),
                                  static_cast<std::uint8_t>(255 - inks[4 * x + 3])};
    cmyk_to_rgb(cmyk, rgb + 3 * x);
  }
}

void read_rows(Reader& reader) {
  jpeg_decompress_struct& info = reader.info;
  while (info.output_scanline < info.output_height && !reader.hit_end) {
    if (info.out_color_space == JCS_CMYK) {
      JSAMPROW row = reader.cmyk.data();
      std::uint8_t* to = reader.image.row(static_cast<int>(info.output_scanline));
      jpeg_read_scanlines(&info, &row, 1);
      ink_row_to_rgb(row, to, reader.image.width);
      continue;
    }
    constexpr JDIMENSION kRowsAtOnce = 16;
    JSAMPROW rows[kRowsAtOnce];
    JDIMENSION count = 0;
    while (count < kRowsAtOnce && info.output_scanline + count < info.output_height) {
      rows[count] = reader.image.row(static_cast<int>(info.output_scanline + count));
      ++count;
    }
    jpeg_read_scanlines(&info, rows, count);
  }
}

bool read_pixels(Reader& reader) {
  if (setjmp(reader.jump) != 0) return false;
  jpeg_start_decompress(&reader.info);
  read_rows(reader);
  return true;
}

// Pillow takes 1, 3 or 4 components; two of them, which libjpeg could read, it refuses.
J_COLOR_SPACE output_space(int components) {
  switch (components) {
    case 1:
    case 3:
      return JCS_RGB;
    case 4:
      return JCS_CMYK;
    default:
      throw Undecodable(fmt::format("JPEG with {} components a pixel; 1, 3 or 4 can be read", components));
  }
}

}  // namespace

Image decode_jpeg(std::string_view bytes, const ImageLimits& limits) {
  const auto reader = std::make_unique<Reader>();
  if (!read_header(*reader, bytes)) throw Undecodable(fmt::format("broken JPEG: {}", reader->message));
  check_size("JPEG", reader->info.image_width, reader->info.image_height, limits);
  reader->info.out_color_space = output_space(reader->info.num_components);
  reader->image = Image(static_cast<int>(reader->info.image_width), static_cast<int>(reader->info.image_height));
  if (reader->info.out_color_space == JCS_CMYK) reader->cmyk.resize(std::size_t{4} * reader->info.image_width);
  if (!read_pixels(*reader)) throw Undecodable(fmt::format("broken JPEG: {}", reader->message));
  if (reader->hit_end) {
    throw Undecodable(fmt::format("truncated JPEG: the file ends after {} bytes, before row {} of {}", bytes.size(),
                                  reader->info.output_scanline, reader->image.height));
  }
  return std::move(reader->image);
}

}  // namespace assay::formats
