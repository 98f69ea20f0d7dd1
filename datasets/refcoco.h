#pragma once
#include <filesystem>
#include <memory>
#include <string>

#include "datasets/sample.h"
#include "harness/base/json.h"

namespace assay {

/// Phrases and the boxes they describe. Every sample has
///   fields      bbox_x1, bbox_y1, bbox_x2, bbox_y2: the right box in pixels; width, height of the picture; phrase: what is described, where
///               the question is not a whole sentence already; split, where one file holds several
///   references  "[x1, y1, x2, y2]" of that box
///
/// open_refcoco_json reads a JSON list or lines: {image, sent, bbox [x1, y1, x2, y2], height, width} as Qwen-VL and InternVL keep them,
/// {img_id, sents, bbox [x, y, width, height], height, width} as MiniGPT-4 does, {image_path, question, gt_answers [x1, y1, x2, y2], question_id
/// "height480_width640"} as ChartAst does. The id is the row's place from 0: several phrases describe one picture.
///
/// Throws   DataError with file and line
[[nodiscard]] std::unique_ptr<SampleSource> open_refcoco_json(const std::filesystem::path& json);

/// How the third and fourth number of a box are meant.
enum class RefCocoBox { kCorners, kSize };

/// Fills in the sample's box and reference from a list of four numbers. Throws DataError for anything else.
void set_refcoco_box(Sample& sample, const json::Value& list, RefCocoBox form, const std::string& where);

/// VLMEvalKit's RefCOCO.tsv with all eight splits: the id is "<split>_<index>", the box stands in columns of its own or in `answer`.
///
/// Source   open-compass/VLMEvalKit e8e78f05 vlmeval/dataset/refcoco.py, load_data
/// Differs  a box in `answer` counts as shares of the picture where its own numbers are at most 1.5, there where the whole column's are
[[nodiscard]] std::unique_ptr<SampleSource> open_refcoco_tsv(const std::filesystem::path& tsv);

}  // namespace assay
