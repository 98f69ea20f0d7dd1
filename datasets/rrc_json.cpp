#include "datasets/rrc_json.h"

#include <utility>
#include <vector>

#include "datasets/json_sample.h"
#include "datasets/sample_list.h"
#include "harness/base/digest.h"
#include "harness/base/file.h"

namespace assay {

std::unique_ptr<SampleSource> open_rrc_json(const std::filesystem::path& json) {
  const auto text = read_file(json);
  const auto document = json::parse(without_byte_order_mark(text), json.string());
  const auto& data = json::require_array(document, "data", json.string());
  std::vector<Sample> samples;
  for (rapidjson::SizeType i = 0; i < data.Size(); ++i) {
    const auto& entry = data[i];
    const auto where = place_in(json.string(), "data", i);
    Sample sample;
    sample.id = require_scalar(entry, "questionId", where);
    sample.question = json::require_string(entry, "question", where);
    sample.references = scalars_of(entry, "answers", where);
    // InfoVQA names the picture's local file apart from its address on the web.
    const auto* local = json::find(entry, "image_local_name");
    sample.images = {stated_picture(local != nullptr && json::find(entry, "image") == nullptr ? require_scalar(entry, "image_local_name", where)
                                                                                             : json::require_string(entry, "image", where))};
    add_fields(sample, entry, {"questionId", "question", "answers"});
    samples.push_back(std::move(sample));
  }
  const auto folder = json.parent_path();
  const auto find = [folder](const std::filesystem::path& stated) {
    const auto name = stated.filename();
    return first_existing({folder / stated, folder / "documents" / name, folder / "images" / name, folder / name});
  };
  return std::make_unique<SampleList>(std::move(samples), std::vector{json}, digest_of(text), find);
}

}  // namespace assay
