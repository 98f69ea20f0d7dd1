#pragma once
#include <filesystem>
#include <memory>
#include <string>

#include "datasets/sample.h"

namespace assay {

/// Pictures with several captions each.
///   - COCO's form: {"images": [{id, file_name}], "annotations": [{image_id, caption}]}, as captions_val2014.json, coco_karpathy_test_gt.json,
///     flickr30k_test_karpathy.json and nocaps_val_4500_captions.json have it
///   - a list of {image, caption: [...]}, as coco_karpathy_test.json has it: the id is the number at the end of the picture's name
/// references are the captions in file order; the question is empty; `domain` and every further scalar of an image are fields.
///
/// Throws   DataError with file and line; for a picture that comes twice or has no caption
[[nodiscard]] std::unique_ptr<SampleSource> open_caption_json(const std::filesystem::path& json);

/// The number at the end of a COCO picture's name: "val2014/COCO_val2014_000000391895.jpg" -> "391895".
[[nodiscard]] std::string coco_number(const std::string& name);

}  // namespace assay
