#include <fmt/format.h>
#include <webp/decode.h>
#include <webp/demux.h>

#include <memory>

#include "model/image/formats.h"

namespace assay::formats {
namespace {

const std::uint8_t* data_of(std::string_view bytes) { return reinterpret_cast<const std::uint8_t*>(bytes.data()); }

std::string_view reason(VP8StatusCode status) {
  switch (status) {
    case VP8_STATUS_NOT_ENOUGH_DATA:
      return "the file is truncated";
    case VP8_STATUS_BITSTREAM_ERROR:
      return "the bit stream is corrupt";
    case VP8_STATUS_UNSUPPORTED_FEATURE:
      return "it uses a feature that libwebp does not know";
    case VP8_STATUS_OUT_OF_MEMORY:
      return "not enough memory";
    default:
      return "it cannot be decoded";
  }
}

struct DeleteDecoder {
  void operator()(WebPAnimDecoder* decoder) const { WebPAnimDecoderDelete(decoder); }
};

Image drop_alpha(const std::uint8_t* rgba, int width, int height) {
  Image image(width, height);
  for (std::size_t i = 0; i < image.rgb.size() / 3; ++i) {
    for (std::size_t c = 0; c < 3; ++c) image.rgb[3 * i + c] = rgba[4 * i + c];
  }
  return image;
}

// The first frame on its canvas; what the frame does not cover is transparent black.
Image decode_first_frame(std::string_view bytes) {
  const WebPData data{data_of(bytes), bytes.size()};
  WebPAnimDecoderOptions options;
  WebPAnimDecoderOptionsInit(&options);
  options.color_mode = MODE_RGBA;
  const std::unique_ptr<WebPAnimDecoder, DeleteDecoder> decoder(WebPAnimDecoderNew(&data, &options));
  WebPAnimInfo info;
  if (decoder == nullptr || WebPAnimDecoderGetInfo(decoder.get(), &info) == 0)
    throw Undecodable("broken WebP: the animation cannot be opened");
  std::uint8_t* canvas = nullptr;
  int time_ms = 0;
  if (WebPAnimDecoderGetNext(decoder.get(), &canvas, &time_ms) == 0)
    throw Undecodable("broken WebP: its first frame cannot be decoded");
  return drop_alpha(canvas, static_cast<int>(info.canvas_width), static_cast<int>(info.canvas_height));
}

}  // namespace

Image decode_webp(std::string_view bytes, const ImageLimits& limits) {
  WebPBitstreamFeatures features;
  if (const VP8StatusCode status = WebPGetFeatures(data_of(bytes), bytes.size(), &features); status != VP8_STATUS_OK) {
    throw Undecodable(fmt::format("broken WebP: {}", reason(status)));
  }
  check_size("WebP", features.width, features.height, limits);
  if (features.has_animation != 0) return decode_first_frame(bytes);
  Image image(features.width, features.height);
  WebPDecoderConfig config;
  WebPInitDecoderConfig(&config);
  config.output.colorspace = MODE_RGB;
  config.output.is_external_memory = 1;
  config.output.u.RGBA = {image.rgb.data(), static_cast<int>(image.row_bytes()), image.rgb.size()};
  if (const VP8StatusCode status = WebPDecode(data_of(bytes), bytes.size(), &config); status != VP8_STATUS_OK) {
    throw Undecodable(fmt::format("broken WebP of {} x {}: {}", image.width, image.height, reason(status)));
  }
  return image;
}

}  // namespace assay::formats
