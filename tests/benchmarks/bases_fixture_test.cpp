#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>

#include "benchmarks/catalog.h"
#include "benchmarks/prediction_file.h"
#include "metrics/python_text.h"
#include "tests/benchmarks/bases.h"
#include "tests/shared_files.h"

/// Stored predictions of real models: what their metrics are made of gives the metrics again.
namespace assay {
namespace {

namespace fs = std::filesystem;

struct Stored {
  const char* name;
  const char* benchmark;
  const char* predictions;  ///< below fixtures/
  const char* data;         ///< below fixtures/; empty: the predictions bring what is needed
  bool is_part = false;
};
void PrintTo(const Stored& stored, std::ostream* os) { *os << stored.predictions; }

class StoredPredictions : public ::testing::TestWithParam<Stored> {};

TEST_P(StoredPredictions, AreTheMetricsBases) {
  const auto& stored = GetParam();
  const fs::path root = testing::shared_root() / "fixtures";
  ASSAY_NEEDS_SHARED(fs::path("fixtures") / stored.predictions);
  const auto benchmark = make_benchmark(stored.benchmark);
  const auto data = stored.data[0] == '\0' ? nullptr : benchmark->open({{root / stored.data}});
  const auto part = stored.is_part ? std::make_unique<AnsweredInPart>(*data) : nullptr;
  const auto replies = benchmark->read_predictions(root / stored.predictions, part ? part.get() : data.get());
  ASSERT_FALSE(replies.empty());
  for (const auto& profile : benchmark->scoring_profiles()) {
    SCOPED_TRACE(profile);
    if (profile.ends_with("-judged")) continue;  // no judge is at hand, and without one there is nothing to average
    testing::expect_bases_of_metrics(*benchmark, testing::scored(*benchmark, replies, profile), profile);
  }
}
INSTANTIATE_TEST_SUITE_P(
    Bases, StoredPredictions,
    ::testing::Values(Stored{"mme_llava", "mme", "mme/llava-v1.5-7b", ""}, Stored{"mme_lavin", "mme", "mme/LaVIN", ""},
                      Stored{"pope", "pope", "pope/llava-v1.5-7b_partial.jsonl", "pope/coco_e3e39262", true},
                      Stored{"hallusion", "hallusion_bench", "hallusionbench/HallusionBench_result_sample.json", "hallusionbench", true},
                      Stored{"mmvet_one_run", "mmvet", "mmvet/llava/llava-v1.5-7b_gpt-4-grade-1runs.json", "mmvet"},
                      Stored{"mmvet_three_runs", "mmvet", "mmvet/llava/llava-v1.5-7b_gpt-4-grade-3runs.json", "mmvet"},
                      Stored{"mathvista", "mathvista_testmini", "mathvista/output_bard.json", ""},
                      Stored{"seed_bench", "seed_bench", "seed_bench/GPT-4V_SEED-Bench-1.json", ""},
                      Stored{"ocrbench", "ocrbench", "ocrbench/synthetic_predictions.json", "ocrbench"},
                      Stored{"captions", "coco_karpathy_test", "captions/nlg-eval", ""},
                      Stored{"refcoco", "refcoco_val", "refcoco/grounding_golden.json", ""}),
    [](const auto& stored) { return stored.param.name; });

TEST(StoredFolders, AreTheMetricsBases) {
  ASSAY_NEEDS_SHARED("fixtures/llava_bench_wild/reviews");
  const auto root = testing::shared_root() / "fixtures";
  const auto wild = make_benchmark("llava_bench_wild");
  for (const auto& file : fs::directory_iterator(root / "llava_bench_wild/reviews")) {
    const auto replies = wild->read_predictions(file.path(), nullptr);
    for (const auto& profile : wild->scoring_profiles()) testing::expect_bases_of_metrics(*wild, testing::scored(*wild, replies, profile), profile);
  }
  const auto mmmu = make_benchmark("mmmu_val");
  const auto data = mmmu->open({{root / "mmmu"}});
  const auto folder = root / "mmmu/example_outputs/llava1.5_13b";
  for (const auto& profile : mmmu->scoring_profiles()) {
    SCOPED_TRACE(profile);
    testing::expect_bases_of_metrics(*mmmu, testing::scored(*mmmu, mmmu->read_predictions(folder, nullptr), profile), profile);
  }
  const auto read = testing::scored(*mmmu, mmmu->read_predictions(folder / "total_val_output.json", data.get()));
  EXPECT_EQ(python::round(value_of(mmmu->bases(read, "official").front()), 3), mmmu->metrics(read, "official").front().value) << "three decimals are printed";
}

}  // namespace
}  // namespace assay
