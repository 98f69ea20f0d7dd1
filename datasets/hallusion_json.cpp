#include "datasets/hallusion_json.h"

#include <utility>
#include <vector>

#include "datasets/json_sample.h"
#include "datasets/sample_list.h"
#include "harness/base/error.h"

namespace assay {

Sample hallusion_question(const json::Value& entry, const std::string& where) {
  const auto part = [&](const char* key) { return require_scalar(entry, key, where); };
  Sample sample;
  sample.category = part("category");
  sample.group = fmt::format("{}_{}_{}", sample.category, part("subcategory"), part("set_id"));
  sample.id = fmt::format("{}_{}_{}", sample.group, part("figure_id"), part("question_id"));
  sample.question = json::require_string(entry, "question", where);
  for (const auto& label : scalars_of(entry, "gt_answer", where)) {
    if (label != "0" && label != "1") throw DataError(fmt::format("{}: \"gt_answer\" must be 0 or 1, got \"{}\"", where, label));
    sample.references = {label == "1" ? "Yes" : "No"};
  }
  const auto picture = scalars_of(entry, "filename", where);
  if (part("visual_input") != "0") {
    if (picture.size() != 1) throw DataError(fmt::format("{}: \"visual_input\" says that there is a picture, and \"filename\" names none", where));
    sample.images = {stated_picture(picture.front())};
  }
  add_fields(sample, entry, {});
  return sample;
}

std::unique_ptr<SampleSource> open_hallusion_json(const std::filesystem::path& json) {
  const auto [document, digest] = read_json_file(json);
  if (!document.IsArray()) throw DataError(fmt::format("{}: expected a list of questions", json.string()));
  std::vector<Sample> samples;
  for (rapidjson::SizeType i = 0; i < document.Size(); ++i) samples.push_back(hallusion_question(document[i], place_in(json.string(), "", i)));
  const auto folder = json.parent_path();
  const auto find = [folder](const std::filesystem::path& stated) {
    std::vector<std::filesystem::path> candidates;
    for (const auto& root : {folder / "hallusion_bench", folder}) {
      for (const auto* ending : {".png", ".PNG", ".jpg"}) candidates.push_back((root / stated).lexically_normal().replace_extension(ending));
      candidates.push_back((root / stated).lexically_normal());
    }
    return first_existing(candidates);
  };
  return std::make_unique<SampleList>(std::move(samples), std::vector{json}, digest, find);
}

}  // namespace assay
