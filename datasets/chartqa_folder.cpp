#include "datasets/chartqa_folder.h"

#include <array>
#include <utility>
#include <vector>

#include "datasets/json_sample.h"
#include "datasets/sample_list.h"
#include "harness/base/digest.h"
#include "harness/base/error.h"
#include "harness/base/file.h"

namespace assay {
namespace {

constexpr std::array kParts = {"human", "augmented"};

std::filesystem::path split_folder(const std::filesystem::path& root, const std::string& split) {
  const auto annotation = fmt::format("{}_human.json", split);
  for (const auto& folder : {root / split, root}) {
    if (std::filesystem::exists(folder / annotation)) return folder;
  }
  throw DataError(fmt::format("{}: no ChartQA split \"{}\": expected {}/{} or {} in it", root.string(), split, split, annotation, annotation));
}

}  // namespace

std::unique_ptr<SampleSource> open_chartqa_folder(const std::filesystem::path& root, const std::string& split) {
  const auto folder = split_folder(root, split);
  Digest digest;
  std::vector<Sample> samples;
  std::vector<std::filesystem::path> paths;
  for (const auto* part : kParts) {
    paths.push_back(folder / fmt::format("{}_{}.json", split, part));
    const auto file = paths.back().string();
    const auto text = read_file(paths.back());
    digest.add(text);
    const auto document = json::parse(without_byte_order_mark(text), file);
    if (!document.IsArray()) throw DataError(fmt::format("{}: expected a list of questions", file));
    for (rapidjson::SizeType i = 0; i < document.Size(); ++i) {
      const auto where = place_in(file, "", i);
      Sample sample;
      sample.id = fmt::format("{}/{}", part, i);
      sample.group = json::require_string(document[i], "imgname", where);
      sample.category = part;
      sample.question = json::require_string(document[i], "query", where);
      sample.references = {require_scalar(document[i], "label", where)};
      sample.images = {stated_picture(folder / "png" / sample.group)};
      sample.images.front().stated = sample.group;  // the path has the folder in it
      add_fields(sample, document[i], {"query", "label"});
      samples.push_back(std::move(sample));
    }
  }
  return std::make_unique<SampleList>(std::move(samples), std::move(paths), digest.hex(), nullptr);
}

}  // namespace assay
