#include <fmt/format.h>
#include <fmt/ranges.h>
#include <png.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <filesystem>
#include <utility>

#include "harness/base/error.h"
#include "harness/base/file.h"
#include "harness/base/json.h"
#include "harness/cli/command_line.h"
#include "harness/cli/verbs.h"
#include "harness/run_folder.h"
#include "model/checkpoint/npy.h"

namespace assay {
namespace {

constexpr std::int64_t kChannels = 3;

/// What pixels were normalised with: (x / 255 - mean) / std.
struct Normalisation {
  std::array<double, kChannels> mean = {0.485, 0.456, 0.406};  // ImageNet's, which InternVL's own code has built in
  std::array<double, kChannels> std = {0.229, 0.224, 0.225};
};

Normalisation normalisation_of(const std::filesystem::path& model) {
  Normalisation normalisation;
  const auto path = model / "preprocessor_config.json";
  if (!std::filesystem::exists(path)) return normalisation;
  const auto document = json::parse_file(path);
  const auto read = [&](const char* key, std::array<double, kChannels>& out) {
    const auto* values = json::find(document, key);
    if (values == nullptr || !values->IsArray() || values->Size() != kChannels) return;
    for (rapidjson::SizeType c = 0; c < kChannels; ++c) out[c] = (*values)[c].IsNumber() ? (*values)[c].GetDouble() : out[c];
  };
  read("image_mean", normalisation.mean);
  read("image_std", normalisation.std);
  return normalisation;
}

/// Tile `index` of `pixels` [tiles, 3, rows, columns] as 8-bit RGB again.
std::vector<std::uint8_t> tile_bytes(const FloatArray& pixels, std::int64_t index, const Normalisation& normalisation) {
  const auto rows = pixels.shape[2], columns = pixels.shape[3], plane = rows * columns;
  std::vector<std::uint8_t> rgb(static_cast<std::size_t>(plane * kChannels));
  const float* tile = pixels.values.data() + index * kChannels * plane;
  for (std::int64_t c = 0; c < kChannels; ++c) {
    for (std::int64_t i = 0; i < plane; ++i) {
      const double value = (tile[c * plane + i] * normalisation.std[c] + normalisation.mean[c]) * 255;
      rgb[static_cast<std::size_t>(i * kChannels + c)] = static_cast<std::uint8_t>(std::lround(std::clamp(value, 0.0, 255.0)));
    }
  }
  return rgb;
}

void write_png(const std::filesystem::path& path, const std::vector<std::uint8_t>& rgb, std::int64_t columns, std::int64_t rows) {
  png_image image{};
  image.version = PNG_IMAGE_VERSION;
  image.width = static_cast<png_uint_32>(columns);
  image.height = static_cast<png_uint_32>(rows);
  image.format = PNG_FORMAT_RGB;
  if (png_image_write_to_file(&image, path.c_str(), 0, rgb.data(), 0, nullptr) == 0)
    throw DataError(fmt::format("{}: cannot write: {}", path.string(), std::string_view(image.message)));
}

void write_tiles(const std::filesystem::path& folder, const FloatArray& pixels, const Normalisation& normalisation) {
  make_folder("--tiles", folder);
  for (std::int64_t i = 0; i < pixels.shape.at(0); ++i)
    write_png(folder / fmt::format("tile-{:02}.png", i), tile_bytes(pixels, i, normalisation), pixels.shape[3], pixels.shape[2]);
}

ImageInput image_in_file(const std::string& path) {
  if (!std::filesystem::exists(path)) throw DataError(fmt::format("--image: there is no file \"{}\"", path));
  return {std::filesystem::path(path).filename().string(), path, [path]() -> Result<std::string> {
            try {
              return read_file(path);
            } catch (const DataError& error) {
              return SampleFailure{path, "read", error.what()};
            }
          }};
}

void demand(bool is_given, const char* name, Problems& problems) {
  if (!is_given) problems.push_back(fmt::format("{} is missing", name));
}

const FloatArray& value_or_throw(const Result<FloatArray>& result) {
  if (!result) throw DataError(fmt::format("{}: {}: {}", result.error().sample_id, result.error().stage, result.error().message));
  return result.value();
}

}  // namespace

int inspect_pixels(const Program& program, Arguments arguments) {
  RawValues given;
  std::string image, out, tiles;
  CommandLine line("inspect pixels", "The float32 tensor [tiles, 3, side, side] that the encoder would see of a picture.",
                   "  assay inspect pixels --model M --image chart.png --out pixels.npy --tiles tiles/\n");
  line.fields(given, {"model", "max-tiles", "max-image-pixels", "max-image-bytes", "threads"});
  line.text("image", image, "picture file");
  line.text("out", out, "NumPy file to write");
  line.text("tiles", tiles, "folder for the tiles as PNG");
  Problems problems;
  if (!line.parse(std::move(arguments), problems)) return 0;
  const RunConfig config = make_config({}, given, problems);
  append(problems, validate_model(config));
  demand(!image.empty(), "--image", problems);
  demand(!out.empty() || !tiles.empty(), "--out or --tiles", problems);
  throw_if_any(problems);
  const ImageInput input = image_in_file(image);
  const auto model = program.open_model(config.model.path, vlm_options(config));
  const auto result = model->view_pixels(input, config.decoding.max_tiles);
  const FloatArray& pixels = value_or_throw(result);
  if (!out.empty()) write_npy(out, pixels.shape, pixels.values);
  if (!tiles.empty()) write_tiles(tiles, pixels, normalisation_of(config.model.path));
  print_out(fmt::format("{}: [{}]\n", image, fmt::join(pixels.shape, ", ")));
  return 0;
}

int inspect_logits(const Program& program, Arguments arguments) {
  RawValues given;
  std::string prompt, out;
  std::vector<std::string> images;
  CommandLine line("inspect logits", "The logits [V] of the token after a prompt, as float32.",
                   "  assay inspect logits --model M --image chart.png --prompt 'What is shown?' --dtype float32 --out logits.npy\n");
  line.fields(given, {"model", "max-tiles", "dtype", "weights", "device", "chat-template", "system", "no-system", "max-image-pixels",
                      "max-image-bytes", "threads"});
  line.texts("image", images, "picture file, attached before the text; may be repeated");
  line.text("prompt", prompt, "the user's text");
  line.text("out", out, "NumPy file to write");
  Problems problems;
  if (!line.parse(std::move(arguments), problems)) return 0;
  const RunConfig config = make_config({}, given, problems);
  append(problems, validate_model(config));
  demand(!prompt.empty(), "--prompt", problems);
  demand(!out.empty(), "--out", problems);
  throw_if_any(problems);
  Request request{"prompt", {}, {}, false, {}, config.decoding.max_tiles};
  Turn turn;
  for (std::size_t i = 0; i < images.size(); ++i) {
    request.prompt.images.push_back(image_in_file(images[i]));
    turn.parts.push_back({"", i});
  }
  turn.parts.push_back({prompt});
  request.prompt.turns.push_back(std::move(turn));
  const auto model = program.open_model(config.model.path, vlm_options(config));
  const auto result = model->view_logits(request);
  const FloatArray& logits = value_or_throw(result);
  write_npy(out, logits.shape, logits.values);
  const auto largest = std::max_element(logits.values.begin(), logits.values.end());
  print_out(fmt::format("[{}], largest: id {} with {}\n", fmt::join(logits.shape, ", "), largest - logits.values.begin(), *largest));
  return 0;
}

}  // namespace assay
