#pragma once
#include <filesystem>
#include <memory>
#include <string>

#include "datasets/sample.h"

namespace assay {

struct SeedOptions {
  bool images = true;         ///< questions on pictures (types 1 to 9)
  bool video_stills = false;  ///< questions on videos (types 10 to 12), asked on one frame: `<data_id>.png` or `.jpg`
};

/// The paper's name of a dimension, counted from 1; "type 13" for one that it does not have.
[[nodiscard]] std::string seed_dimension(std::int64_t type);

/// SEED-Bench.json: {"questions": [...], "question_type": {name: id}}.
///   id          question_id
///   options     A to D from choice_a to choice_d
///   references  {answer}; none where the file has no answer
///   category    the dimension's name, from the file's question_type, else the paper's twelve
///   fields      data_type ("image" or "video"), question_type_id, data_id
/// Pictures are `image_root/<data_id>`, with `.jpg` or `.png` appended where the name has no such file; video stills are looked for under
/// `image_root` and `image_root/SEED-Bench-video-image`. An empty image_root: the folder `SEED-Bench-image` beside the file, else the
/// file's own folder.
///
/// Throws   DataError that names the file and the question
[[nodiscard]] std::unique_ptr<SampleSource> open_seed_json(const std::filesystem::path& json, const std::filesystem::path& image_root,
                                                           const SeedOptions& options = {});

}  // namespace assay
