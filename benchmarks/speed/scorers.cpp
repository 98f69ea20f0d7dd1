#include <benchmark/benchmark.h>

#include <array>
#include <random>
#include <span>
#include <string>
#include <vector>

#include "benchmarks/speed/row_meter.h"
#include "benchmarks/speed/speed_main.h"
#include "metrics/caption.h"
#include "metrics/option_letter.h"
#include "metrics/ptb_tokenizer.h"
#include "metrics/vqa_accuracy.h"
#include "metrics/vqa_answer.h"

/// What reading and scoring a reply costs. The aim is a million replies a second and core for option letters and VQA normalisation.
namespace assay {
namespace {

const std::array kShortReplies = {std::string("Dakota Digital"), std::string("yes"), std::string("The number 23."), std::string("a red stop-sign"),
                                  std::string("$1.99"),          std::string("2"),   std::string("Hershey's"),      std::string("dont walk")};

template <std::string (*normalize)(std::string_view)>
void normalize_answer(benchmark::State& state) {
  std::size_t i = 0;
  const RowMeter meter;
  for (auto _ : state) benchmark::DoNotOptimize(normalize(kShortReplies[i++ % kShortReplies.size()]));
  meter.report(state);
  state.SetItemsProcessed(state.iterations());
}
BENCHMARK(normalize_answer<vqa_answer_official>);
BENCHMARK(normalize_answer<vqa_answer_evalai>);
BENCHMARK(normalize_answer<vqa_answer_vlmevalkit>);

/// One reply against ten answers: eleven normalisations.
void accuracy_of_ten(benchmark::State& state) {
  std::vector<std::string> answers(10, "Dakota");
  answers[3] = "dakota digital";
  const RowMeter meter;
  for (auto _ : state) benchmark::DoNotOptimize(vqa_accuracy("Dakota Digital", answers, VqaRule::kEvalAi));
  meter.report(state);
  state.SetItemsProcessed(state.iterations());
}
BENCHMARK(accuracy_of_ten);

const std::vector<Choice> kChoices = {{"A", "a teddy bear"}, {"B", "a rabbit"}, {"C", "a cat"}, {"D", "a dog"}};
const std::array kOptionReplies = {std::string("B"), std::string("A."), std::string("(C)"), std::string("The answer is D"),
                                   std::string("B. a rabbit"), std::string("a cat")};

template <std::optional<std::string> (*read)(std::string_view, std::span<const Choice>)>
void read_option(benchmark::State& state) {
  std::size_t i = 0;
  const RowMeter meter;
  for (auto _ : state) benchmark::DoNotOptimize(read(kOptionReplies[i++ % kOptionReplies.size()], kChoices));
  meter.report(state);
  state.SetItemsProcessed(state.iterations());
}
BENCHMARK(read_option<letter_vlmevalkit>);
BENCHMARK(read_option<letter_lmms_mmbench>);
BENCHMARK(read_option<letter_lmms_extract>);
BENCHMARK(read_option<letter_mmmu>);
BENCHMARK(read_option<letter_internvl>);

/// As many captions as COCO's Karpathy test split, five references each, of words as often used as words are.
std::vector<Caption> many_captions() {
  std::mt19937 random(7);
  std::geometric_distribution<int> word(0.02);
  const auto sentence = [&] {
    std::string text;
    for (int i = 0; i < 10; ++i) text += (i == 0 ? "word" : " word") + std::to_string(word(random));
    return text;
  };
  std::vector<Caption> captions(5000);
  for (auto& caption : captions) {
    caption.candidate = sentence();
    for (int i = 0; i < 5; ++i) caption.references.push_back(sentence());
  }
  return captions;
}

void cider_of_5000(benchmark::State& state) {
  const auto captions = many_captions();
  const RowMeter meter;
  for (auto _ : state) benchmark::DoNotOptimize(cider(captions, CiderKind::kCiderD));
  meter.report(state);
}
BENCHMARK(cider_of_5000)->Unit(benchmark::kMillisecond);

void tokenize_30000(benchmark::State& state) {
  std::vector<std::string> captions;
  for (int i = 0; i < 30000; ++i) captions.push_back("A man in a red t-shirt is riding a horse, isn't he?");
  const RowMeter meter;
  for (auto _ : state) benchmark::DoNotOptimize(ptb_captions(captions));
  meter.report(state);
}
BENCHMARK(tokenize_30000)->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace assay

int main(int argc, char** argv) {
  return assay::speed_main(argc, argv, [] {});
}
