#include "benchmarks/catalog.h"

#include <fmt/format.h>

#include <string>
#include <vector>

#include "benchmarks/families.h"
#include "benchmarks/prediction_file.h"
#include "harness/base/error.h"
#include "harness/base/suggestion.h"

namespace assay {
namespace {

constexpr const char* kMmBench = "arXiv:2307.06281";

constexpr const char* kQBench = "arXiv:2309.14181";

constexpr BenchmarkEntry kCatalog[] = {
    {"ai2d_test", "school diagrams with letters for their labels, multiple choice", "arXiv:1603.07396", make_ai2d},
    {"ai2d_test_no_mask", "ai2d_test with the labels left on the diagrams", "arXiv:1603.07396", make_ai2d_no_mask},
    {"ccbench", "Chinese culture, circular evaluation", kMmBench, [] { return make_mmbench("ccbench"); }},
    {"chartqa_test", "questions on charts, relaxed accuracy", "arXiv:2203.10244", make_chartqa},
    {"docvqa_test", "questions on scanned documents, no public answers", "arXiv:2007.00398", [] { return make_docvqa("docvqa_test"); }},
    {"docvqa_val", "questions on scanned documents, ANLS", "arXiv:2007.00398", [] { return make_docvqa("docvqa_val"); }},
    {"hallusion_bench", "illusions and pictures against knowledge, yes or no", "arXiv:2310.14566", make_hallusion_bench},
    {"mmbench_dev_cn", "perception and reasoning in Chinese, circular evaluation", kMmBench, [] { return make_mmbench("mmbench_dev_cn"); }},
    {"mmbench_dev_cn_v11", "mmbench_dev_cn, version 1.1", kMmBench, [] { return make_mmbench("mmbench_dev_cn_v11"); }},
    {"mmbench_dev_en", "perception and reasoning in English, circular evaluation", kMmBench, [] { return make_mmbench("mmbench_dev_en"); }},
    {"mmbench_dev_en_v11", "mmbench_dev_en, version 1.1", kMmBench, [] { return make_mmbench("mmbench_dev_en_v11"); }},
    {"mmbench_test_cn", "perception and reasoning in Chinese, no public answers", kMmBench, [] { return make_mmbench("mmbench_test_cn"); }},
    {"mmbench_test_cn_v11", "mmbench_test_cn, version 1.1", kMmBench, [] { return make_mmbench("mmbench_test_cn_v11"); }},
    {"mmbench_test_en", "perception and reasoning in English, no public answers", kMmBench, [] { return make_mmbench("mmbench_test_en"); }},
    {"mmbench_test_en_v11", "mmbench_test_en, version 1.1", kMmBench, [] { return make_mmbench("mmbench_test_en_v11"); }},
    {"mme", "perception and cognition, paired yes or no", "arXiv:2306.13394", make_mme},
    {"mmmu_dev", "mmmu_val's questions for development", "arXiv:2311.16502", [] { return make_mmmu("dev"); }},
    {"mmmu_test", "college subjects with pictures, no public answers", "arXiv:2311.16502", [] { return make_mmmu("test"); }},
    {"mmmu_val", "college subjects with pictures, multiple choice and open answers", "arXiv:2311.16502", [] { return make_mmmu("val"); }},
    {"mmstar", "questions that need their picture, multiple choice", "arXiv:2403.20330", make_mmstar},
    {"pope", "objects that are there or not, yes or no", "arXiv:2305.10355", make_pope},
    {"q_bench_dev", "how good pictures look, multiple choice", kQBench, [] { return make_q_bench("q_bench_dev"); }},
    {"q_bench_dev_cn", "q_bench_dev in Chinese", kQBench, [] { return make_q_bench("q_bench_dev_cn"); }},
    {"q_bench_test", "how good pictures look, multiple choice", kQBench, [] { return make_q_bench("q_bench_test"); }},
    {"q_bench_test_cn", "q_bench_test in Chinese", kQBench, [] { return make_q_bench("q_bench_test_cn"); }},
    {"realworldqa", "everyday scenes and traffic, multiple choice", "https://x.ai/blog/grok-1.5v", make_realworldqa},
    {"scienceqa_test", "school science with and without pictures, multiple choice", "arXiv:2209.09513", [] { return make_scienceqa("test"); }},
    {"scienceqa_val", "scienceqa_test's questions for development", "arXiv:2209.09513", [] { return make_scienceqa("val"); }},
    {"seed_bench", "nine dimensions of understanding pictures, four options", "arXiv:2307.16125", make_seed_bench},
    {"seed_bench_all", "seed_bench and its questions on videos, each asked on one frame", "arXiv:2307.16125", make_seed_bench_all},
};

}  // namespace

std::span<const BenchmarkEntry> benchmark_catalog() { return kCatalog; }

const BenchmarkEntry& find_benchmark(std::string_view name) {
  std::vector<std::string> known;
  for (const auto& entry : kCatalog) {
    if (entry.name == name) return entry;
    known.emplace_back(entry.name);
  }
  throw ConfigError(fmt::format("no benchmark is called \"{}\"{}", name, suggestion(name, known)));
}

std::unique_ptr<Benchmark> make_benchmark(std::string_view name) { return find_benchmark(name).make(); }

std::string CatalogBenchmark::summary() const { return std::string(find_benchmark(name()).summary); }
std::string CatalogBenchmark::paper() const { return std::string(find_benchmark(name()).paper); }
std::vector<Reply> CatalogBenchmark::read_predictions(const std::filesystem::path& path, const SampleSource* data) const {
  return match_predictions(read_prediction_file(path), data, path);
}

}  // namespace assay
