#include "remote/options.h"

#include <fmt/format.h>

#include "harness/base/number.h"


namespace assay {

std::optional<PictureForm> picture_form_named(std::string_view text) {
  constexpr std::string_view kWithQuality = "jpeg:";
  PictureForm form;
  if (text == "file") return form;
  if (text == "png") return PictureForm{PictureForm::Kind::kPng};
  form.kind = PictureForm::Kind::kJpeg;
  if (text == "jpeg") return form;
  if (!text.starts_with(kWithQuality)) return std::nullopt;
  form.jpeg_quality = parse_number<int>(text.substr(kWithQuality.size())).value_or(0);
  if (form.jpeg_quality < 1 || form.jpeg_quality > 100) return std::nullopt;
  return form;
}

std::string name_of(const PictureForm& form) {
  switch (form.kind) {
    case PictureForm::Kind::kFile: return "file";
    case PictureForm::Kind::kPng: return "png";
    case PictureForm::Kind::kJpeg: return fmt::format("jpeg:{}", form.jpeg_quality);
  }
  return "?";
}

}  // namespace assay
