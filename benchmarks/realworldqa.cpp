#include <string>

#include "benchmarks/choice_benchmark.h"
#include "benchmarks/choice_question.h"
#include "benchmarks/families.h"
#include "benchmarks/find_data.h"
#include "datasets/hub_sets.h"
#include "datasets/vlmevalkit_tsv.h"
#include "metrics/python_text.h"

namespace assay {
namespace {

constexpr SuffixProfile kPrompts[] = {
    {"vlmevalkit", "", 4096, 6},
    {"internvl", "", 100, 6},
    {"lmms-eval", "", 16, 0},
    {"plain", "", 1024, 0},
};

/// A letter is read by the general rule; a number or a word must be the whole reply, but for case, white space and full stops at its end.
/// Source   EvolvingLMMs-Lab/lmms-eval 75571cfe lmms_eval/tasks/realworldqa/utils.py
Letter by_lmms(const Reply& reply) {
  const auto& references = reply.sample.references;
  if (references.empty()) return letter_by_lmms_extract(reply);
  const std::string& label = references.front();
  if (label.size() == 1 && label[0] >= 'A' && label[0] <= 'Z') return letter_by_lmms_extract(reply);
  const std::string text = python::lower(reply.text), wanted = python::lower(label);
  const auto said = python::strip_right(python::strip(text), ".");
  if (said.empty()) return std::nullopt;
  return said == python::strip(wanted) ? label : std::string(said);
}

constexpr ChoiceProfile kScorings[] = {
    {"official", letter_or_text, Scale::kFraction},
    {"vlmevalkit", letter_by_vlmevalkit, Scale::kFraction},
    {"lmms-eval", by_lmms, Scale::kFraction},
    {"internvl", letter_by_vlmevalkit, Scale::kFraction},  // its document scores RealWorldQA with VLMEvalKit
};

/// lmms-eval sends the question as the hub's set writes it, with the options and a request of its own.
std::string text_of(const Sample& sample, std::string_view profile) {
  if (profile != "lmms-eval") return choice_text(sample, profile);
  if (const auto text = sample.fields.find("text"); text != sample.fields.end()) return std::string(python::strip(text->second));
  if (sample.options.empty()) return std::string(python::strip(sample.question));
  return sample.question + option_lines(sample.options) + "\nPlease answer directly with only the letter of the correct option and nothing else.";
}

std::vector<std::string> parts_of(const Sample& sample) { return {snake_case(sample.category)}; }

std::unique_ptr<SampleSource> open(const DataPlaces& places) {
  const auto found = find_data(places, {"RealWorldQA", "realworldqa", "LMUData"}, {"RealWorldQA.tsv"}, "realworldqa: VLMEvalKit's RealWorldQA.tsv",
                               {"RealWorldQA", "data/test-*.parquet"});
  return found.extension() == ".parquet" ? open_hub_realworldqa(found) : open_vlmevalkit_tsv(found);
}

constexpr ChoiceTraits kRealWorldQa = {"realworldqa", "test", kPrompts, kScorings, open, text_of, parts_of};

}  // namespace

std::unique_ptr<Benchmark> make_realworldqa() { return make_choice_benchmark(kRealWorldQa); }

}  // namespace assay
