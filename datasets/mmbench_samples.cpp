#include "datasets/mmbench_samples.h"

#include "datasets/choice_jsonl.h"

namespace assay {

std::unique_ptr<SampleSource> open_mmbench_samples(const std::filesystem::path& root, const std::string& set, const std::string& lang) {
  return open_choice_jsonl(root / "questions.jsonl", ChoiceFilter{.set = set, .lang = lang});
}

}  // namespace assay
