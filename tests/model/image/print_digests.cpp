#include <fmt/format.h>

#include "harness/base/digest.h"
#include "harness/base/file.h"
#include "model/image/decode.h"

/// Prints what the decoders make of files, one line each: path, width, height, XXH3-128 of the RGB bytes; or path and reason.
int main(int argc, char** argv) {
  for (int i = 1; i < argc; ++i) {
    const auto image = assay::decode_image(assay::read_file(argv[i]), argv[i]);
    if (image) {
      const std::string_view bytes(reinterpret_cast<const char*>(image->rgb.data()), image->rgb.size());
      fmt::print("{}\t{}\t{}\t{}\n", argv[i], image->width, image->height, assay::digest_of(bytes));
    } else {
      fmt::print("{}\t-\t-\t{}\n", argv[i], image.error().message);
    }
  }
}
