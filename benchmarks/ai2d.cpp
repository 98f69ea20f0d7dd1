#include <fmt/format.h>

#include <string>

#include "benchmarks/choice_benchmark.h"
#include "benchmarks/choice_question.h"
#include "benchmarks/families.h"
#include "benchmarks/find_data.h"
#include "datasets/ai2d_jsonl.h"
#include "datasets/hub_parquet.h"
#include "datasets/vlmevalkit_tsv.h"
#include "metrics/option_letter.h"
#include "metrics/python_text.h"

namespace assay {
namespace {

constexpr SuffixProfile kPrompts[] = {
    {"vlmevalkit", "", 4096, 6},
    {"internvl", " ", 10, 6},
    {"lmms-eval", "", 16, 0},
    {"plain", "", 1024, 0},
};

Letter by_lmms(const Reply& reply) { return letter_lmms_ai2d(reply.text, choices_of(reply.sample)); }

/// The stripped reply is the letter in either case.
/// Source   OpenGVLab/InternVL 2410d1db internvl_chat/eval/vqa/evaluate_vqa.py, evaluate_exact_match_accuracy
Letter by_internvl(const Reply& reply) {
  const auto letter = python::upper(python::strip(reply.text));
  for (const auto& choice : choices_of(reply.sample)) {
    if (choice.letter == letter) return letter;
  }
  return std::nullopt;
}

constexpr ChoiceProfile kScorings[] = {
    {"official", letter_or_text, Scale::kFraction},
    {"vlmevalkit", letter_by_vlmevalkit, Scale::kFraction},
    {"lmms-eval", by_lmms, Scale::kFraction},
    {"internvl", by_internvl, Scale::kFraction},
    {"xcomposer", letter_by_xcomposer, Scale::kFraction},
};

/// InternVL sends the text of its own file, whatever request that ends with.
std::string text_of(const Sample& sample, std::string_view profile) {
  const auto written = sample.fields.find("text");
  const bool is_question = written != sample.fields.end() && !written->second.starts_with("[UNUSED_TOKEN_");
  return profile == "internvl" && is_question ? written->second : choice_text(sample, profile);
}

std::vector<std::string> parts_of(const Sample& sample) { return {snake_case(sample.category)}; }

std::unique_ptr<SampleSource> open_masked(const DataPlaces& places) {
  const auto found = find_data(places, {"ai2d", "AI2D", "ai2diagram", "LMUData"}, {"AI2D_TEST.tsv", "ai2d_test_vlmevalkit.jsonl", "ai2d_test.jsonl"},
                               "ai2d_test: VLMEvalKit's AI2D_TEST.tsv, InternVL's ai2d_test_vlmevalkit.jsonl or XComposer's ai2d_test.jsonl", {"ai2d", "data/test-*.parquet"});
  if (found.extension() == ".parquet") return open_hub_parquet(found, {.options = {"options"}, .answer_is_place = true});
  return found.extension() == ".tsv" ? open_vlmevalkit_tsv(found) : open_ai2d_jsonl(found);
}

std::unique_ptr<SampleSource> open_unmasked(const DataPlaces& places) {
  return open_vlmevalkit_tsv(find_data(places, {"ai2d", "AI2D", "LMUData"}, {"AI2D_TEST_NO_MASK.tsv"}, "ai2d_test_no_mask: VLMEvalKit's AI2D_TEST_NO_MASK.tsv"));
}

constexpr ChoiceTraits kMasked = {"ai2d_test", "test", kPrompts, kScorings, open_masked, text_of, parts_of};
constexpr ChoiceTraits kUnmasked = {"ai2d_test_no_mask", "test", kPrompts, kScorings, open_unmasked, text_of, parts_of};

}  // namespace

std::unique_ptr<Benchmark> make_ai2d() { return make_choice_benchmark(kMasked); }
std::unique_ptr<Benchmark> make_ai2d_no_mask() { return make_choice_benchmark(kUnmasked); }

}  // namespace assay
