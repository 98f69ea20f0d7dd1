#include "datasets/mmmu_answers.h"

#include <utility>
#include <vector>

#include "datasets/json_sample.h"
#include "datasets/sample_list.h"
#include "harness/base/error.h"

namespace assay {

std::unique_ptr<SampleSource> open_mmmu_answers(const std::filesystem::path& json) {
  const auto [document, digest] = read_json_file(json);
  if (!document.IsObject()) throw DataError(fmt::format("{}: expected an object of labels by id", json.string()));
  std::vector<Sample> samples;
  for (const auto& entry : document.GetObject()) {
    Sample sample;
    sample.id = json::text_of(entry.name);
    const auto where = fmt::format("{}: {}", json.string(), sample.id);
    sample.references = scalars_of(entry.value, "ground_truth", where);
    sample.fields["question_type"] = json::require_string(entry.value, "question_type", where);
    samples.push_back(std::move(sample));
  }
  return std::make_unique<SampleList>(std::move(samples), std::vector{json}, digest, nullptr);
}

}  // namespace assay
