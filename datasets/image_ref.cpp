#include "datasets/sample.h"

#include <algorithm>
#include <string_view>
#include <utility>

#include "datasets/base64.h"
#include "datasets/file_slice.h"
#include "datasets/parquet_rows.h"
#include "harness/base/error.h"

namespace assay {
namespace {

std::string label(const ImageRef& image) { return image.name.empty() ? image.path.string() : image.name; }

bool is_whole_file(const ImageRef& image) { return image.offset == 0 && image.length == 0 && image.encoding == ImageRef::Encoding::kRaw; }

std::string place_in_file(const ImageRef& image, const std::filesystem::path& file) {
  if (image.encoding == ImageRef::Encoding::kParquet) return fmt::format("{}#{}/{}[{}]", file.string(), image.offset, image.column, image.length);
  return fmt::format("{}#{}+{}{}", file.string(), image.offset, image.length, image.encoding == ImageRef::Encoding::kBase64 ? "/base64" : "");
}

std::string read_stored(const ImageRef& image) {
  if (image.encoding == ImageRef::Encoding::kParquet) return read_parquet_picture(image);
  const SliceReader file(image.path);
  const std::uint64_t length = image.length != 0 ? image.length : file.size() - std::min(image.offset, file.size());
  return file.read(image.offset, length);
}

}  // namespace

std::string ImageRef::key() const { return is_whole_file(*this) ? path.lexically_normal().string() : place_in_file(*this, path.lexically_normal()); }

std::string ImageRef::name_in_set() const {
  if (!is_whole_file(*this)) return place_in_file(*this, path.filename());
  return stated.empty() ? key() : std::filesystem::path(stated).lexically_normal().generic_string();
}

Result<std::string> read_image_bytes(const ImageRef& image) {
  const auto failure = [&](std::string_view why) { return SampleFailure{"", "read", fmt::format("{}: {}", label(image), why)}; };
  std::string stored;
  try {
    stored = read_stored(image);
  } catch (const DataError& error) {
    // A name that is only the file's own would stand twice in the sentence.
    if (label(image) == image.path.string()) return SampleFailure{"", "read", error.what()};
    return failure(error.what());
  }
  if (stored.empty()) return failure("the picture is empty");
  if (image.encoding != ImageRef::Encoding::kBase64) return stored;
  auto bytes = decode_base64(std::move(stored));
  if (!bytes) return failure(bytes.error().message);
  if (bytes->empty()) return failure("the picture is empty");
  return bytes;
}

}  // namespace assay
