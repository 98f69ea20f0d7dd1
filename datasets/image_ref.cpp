#include "datasets/sample.h"

#include <algorithm>
#include <string_view>
#include <utility>

#include "datasets/base64.h"
#include "datasets/file_slice.h"
#include "harness/base/error.h"

namespace assay {
namespace {

std::string label(const ImageRef& image) { return image.name.empty() ? image.path.string() : image.name; }

std::string read_stored(const ImageRef& image) {
  const SliceReader file(image.path);
  const std::uint64_t length = image.length != 0 ? image.length : file.size() - std::min(image.offset, file.size());
  return file.read(image.offset, length);
}

}  // namespace

std::string ImageRef::key() const {
  const auto whole = path.lexically_normal().string();
  if (offset == 0 && length == 0 && encoding == Encoding::kRaw) return whole;
  return fmt::format("{}#{}+{}{}", whole, offset, length, encoding == Encoding::kBase64 ? "/base64" : "");
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
  if (image.encoding == ImageRef::Encoding::kRaw) return stored;
  auto bytes = decode_base64(std::move(stored));
  if (!bytes) return failure(bytes.error().message);
  if (bytes->empty()) return failure("the picture is empty");
  return bytes;
}

}  // namespace assay
