#pragma once
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "datasets/sample.h"

namespace assay {

/// Where a set of open questions lies, and what its files leave unsaid.
struct QuestionFiles {
  std::filesystem::path questions;
  std::filesystem::path annotations;        ///< the answers, by question_id; empty: they stand with the questions, or there are none
  std::vector<std::string> image_folders;   ///< where pictures lie beside the file: "images", "train_images"
};

/// Open questions in one JSON file or two, whose rows JsonRows finds: VQA and OK-VQA (`questions` and `annotations`), TextVQA (`data`), VizWiz
/// (a list), GQA (an object of questions by id), and JSON lines as Qwen-VL and InternVL keep them.
///   id          question_id, else questionId, else the row's key, else (VizWiz) the picture's name, else the row's place from 0
///   references  `answers`, or `answer`, or `gt_answers`: texts, numbers, or objects with `answer`; of the annotation where there is one
///   images      `image`, `image_path`, `image_id` or `imageId`: a text is a name (`.jpg` added where it has no ending), a number the COCO
///               picture of the split that the file's name holds: val2014/COCO_val2014_000000262148.jpg
///   fields      every further scalar, those of objects inside as "types.structural"; question_type and answer_type of the annotation
///
/// Throws   DataError with file and line; for an id that comes twice; for questions without annotation where annotations are given
[[nodiscard]] std::unique_ptr<SampleSource> open_question_json(const QuestionFiles& files);

}  // namespace assay
