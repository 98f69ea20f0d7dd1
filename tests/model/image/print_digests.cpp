#include <fmt/format.h>

#include <string_view>
#include <vector>

#include "harness/base/digest.h"
#include "harness/base/file.h"
#include "model/image/decode.h"
#include "model/image/preprocess.h"

namespace {

using namespace assay;

std::string digest_of_bytes(const void* data, std::size_t size) { return digest_of({static_cast<const char*>(data), size}); }

std::string digest_of_tensor(const Image& image, const Normalizer& normalizer) {
  const Tiling tiling;
  std::vector<float> values(pixel_value_count(plan_tiles(image.width, image.height, tiling), tiling.side));
  preprocess(image, tiling, normalizer, values);
  return digest_of_bytes(values.data(), values.size() * sizeof(float));
}

}  // namespace

/// Prints what becomes of picture files, one line each, tab-separated: path, width, height, XXH3-128 of the RGB bytes; or path, two
/// dashes and the reason. With --tensor as the first argument, the digest is of the normalised tiles (InternVL's defaults).
int main(int argc, char** argv) {
  const bool is_tensor = argc > 1 && std::string_view(argv[1]) == "--tensor";
  const Normalizer normalizer(kImageNetNormalization);
  for (int i = is_tensor ? 2 : 1; i < argc; ++i) {
    const auto image = decode_image(read_file(argv[i]), argv[i]);
    if (!image) {
      fmt::print("{}\t-\t-\t{}\n", argv[i], image.error().message);
      continue;
    }
    const std::string digest =
        is_tensor ? digest_of_tensor(*image, normalizer) : digest_of_bytes(image->rgb.data(), image->rgb.size());
    fmt::print("{}\t{}\t{}\t{}\n", argv[i], image->width, image->height, digest);
  }
}
