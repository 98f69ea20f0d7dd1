#include "harness/reencoding.h"

#include <utility>

#include "datasets/python_literal.h"
#include "metrics/python_text.h"
#include "remote/picture.h"

namespace assay {
namespace {

constexpr int kPillowsQuality = 75;

bool is_jpeg_name(const std::string& path) {
  const std::string name = python::lower(path);
  return name.ends_with(".jpg") || name.ends_with(".jpeg") || name.ends_with(".jpe") || name.ends_with(".jfif");
}

}  // namespace

void reencode_like_vlmevalkit(const Sample& sample, Question& question) {
  const auto stated = sample.fields.find("image_path");
  if (stated == sample.fields.end()) return;
  const auto list = python_list(stated->second);
  const std::vector<std::string> paths = list ? *list : std::vector<std::string>{stated->second};
  for (std::size_t i = 0; i < question.prompt.images.size() && i < sample.images.size(); ++i) {
    ImageInput& image = question.prompt.images[i];
    if (i >= paths.size() || sample.images[i].encoding != ImageRef::Encoding::kBase64 || !is_jpeg_name(paths[i])) continue;
    image.key += "|jpeg:75";
    image.read_bytes = [read = std::move(image.read_bytes), name = image.name]() -> Result<std::string> {
      auto bytes = read();
      return bytes ? picture_as_jpeg(*bytes, name, {}, kPillowsQuality) : bytes;
    };
  }
}

}  // namespace assay
