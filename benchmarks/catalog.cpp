#include "benchmarks/catalog.h"

#include <fmt/format.h>

#include <string>
#include <vector>

#include "benchmarks/answer_rule.h"
#include "benchmarks/families.h"
#include "benchmarks/mmdu.h"
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
    {"coco_2014_val", "captions of all pictures that COCO validated with in 2014, CIDEr", "arXiv:1504.00325", [] { return make_captions("coco_2014_val"); }},
    {"coco_2017_val", "captions of all pictures that COCO validated with in 2017, CIDEr", "arXiv:1504.00325", [] { return make_captions("coco_2017_val"); }},
    {"coco_karpathy_test", "captions of photographs, CIDEr", "arXiv:1504.00325", [] { return make_captions("coco_karpathy_test"); }},
    {"convbench", "dialogues of three turns, compared by a judge", "arXiv:2403.20194", make_convbench},
    {"docvqa_test", "questions on scanned documents, no public answers", "arXiv:2007.00398", [] { return make_docvqa("docvqa_test"); }},
    {"docvqa_val", "questions on scanned documents, ANLS", "arXiv:2007.00398", [] { return make_docvqa("docvqa_val"); }},
    {"flickr30k_test", "captions of photographs, CIDEr", "arXiv:1505.04870", [] { return make_captions("flickr30k_test"); }},
    {"gqa_testdev", "compositional questions on scenes, exact answers", "arXiv:1902.09506", [] { return make_exact_answer("gqa_testdev"); }},
    {"hallusion_bench", "illusions and pictures against knowledge, yes or no", "arXiv:2310.14566", make_hallusion_bench},
    {"infovqa_test", "questions on infographics, no public answers", "arXiv:2104.12756", [] { return make_docvqa("infovqa_test"); }},
    {"infovqa_val", "questions on infographics, ANLS", "arXiv:2104.12756", [] { return make_docvqa("infovqa_val"); }},
    {"llava_bench_wild", "open questions on photographs, graded by a judge", "arXiv:2304.08485", make_llava_bench_wild},
    {"mathvista_test", "mathematics in pictures, no public answers", "arXiv:2310.02255", [] { return make_mathvista("mathvista_test"); }},
    {"mathvista_testmini", "mathematics in pictures, answers read by rules or a judge", "arXiv:2310.02255", [] { return make_mathvista("mathvista_testmini"); }},
    {"mmbench_dev_cn", "perception and reasoning in Chinese, circular evaluation", kMmBench, [] { return make_mmbench("mmbench_dev_cn"); }},
    {"mmbench_dev_cn_v11", "mmbench_dev_cn, version 1.1", kMmBench, [] { return make_mmbench("mmbench_dev_cn_v11"); }},
    {"mmbench_dev_en", "perception and reasoning in English, circular evaluation", kMmBench, [] { return make_mmbench("mmbench_dev_en"); }},
    {"mmbench_dev_en_v11", "mmbench_dev_en, version 1.1", kMmBench, [] { return make_mmbench("mmbench_dev_en_v11"); }},
    {"mmbench_test_cn", "perception and reasoning in Chinese, no public answers", kMmBench, [] { return make_mmbench("mmbench_test_cn"); }},
    {"mmbench_test_cn_v11", "mmbench_test_cn, version 1.1", kMmBench, [] { return make_mmbench("mmbench_test_cn_v11"); }},
    {"mmbench_test_en", "perception and reasoning in English, no public answers", kMmBench, [] { return make_mmbench("mmbench_test_en"); }},
    {"mmbench_test_en_v11", "mmbench_test_en, version 1.1", kMmBench, [] { return make_mmbench("mmbench_test_en_v11"); }},
    {"mmdu", "dialogues over several pictures, graded turn by turn by a judge", "arXiv:2406.11833", make_mmdu},
    {"mme", "perception and cognition, paired yes or no", "arXiv:2306.13394", make_mme},
    {"mmmu_dev", "mmmu_val's questions for development", "arXiv:2311.16502", [] { return make_mmmu("dev"); }},
    {"mmmu_test", "college subjects with pictures, no public answers", "arXiv:2311.16502", [] { return make_mmmu("test"); }},
    {"mmmu_val", "college subjects with pictures, multiple choice and open answers", "arXiv:2311.16502", [] { return make_mmmu("val"); }},
    {"mmstar", "questions that need their picture, multiple choice", "arXiv:2403.20330", make_mmstar},
    {"mmvet", "questions that need several abilities, graded by a judge", "arXiv:2308.02490", make_mmvet},
    {"nocaps_val", "captions of things that COCO does not have, CIDEr", "arXiv:1812.08658", [] { return make_captions("nocaps_val"); }},
    {"ocrbench", "reading text in pictures, a thousand questions", "arXiv:2305.07895", make_ocrbench},
    {"ocrvqa_test", "questions on book covers, exact answers", "doi:10.1109/ICDAR.2019.00156", [] { return make_exact_answer("ocrvqa_test"); }},
    {"ocrvqa_testcore", "ocrvqa_test, a sample of it", "doi:10.1109/ICDAR.2019.00156", [] { return make_exact_answer("ocrvqa_testcore"); }},
    {"okvqa_val", "questions that need outside knowledge, VQA accuracy", "arXiv:1906.00067", [] { return make_vqa("okvqa_val"); }},
    {"pope", "objects that are there or not, yes or no", "arXiv:2305.10355", make_pope},
    {"q_bench_dev", "how good pictures look, multiple choice", kQBench, [] { return make_q_bench("q_bench_dev"); }},
    {"q_bench_dev_cn", "q_bench_dev in Chinese", kQBench, [] { return make_q_bench("q_bench_dev_cn"); }},
    {"q_bench_test", "how good pictures look, multiple choice", kQBench, [] { return make_q_bench("q_bench_test"); }},
    {"q_bench_test_cn", "q_bench_test in Chinese", kQBench, [] { return make_q_bench("q_bench_test_cn"); }},
    {"realworldqa", "everyday scenes and traffic, multiple choice", "https://x.ai/blog/grok-1.5v", make_realworldqa},
    {"refcoco", "finding what a phrase describes, all eight splits", "arXiv:1608.00272", [] { return make_refcoco("refcoco"); }},
    {"refcoco_testa", "finding what a phrase describes, boxes", "arXiv:1608.00272", [] { return make_refcoco("refcoco_testa"); }},
    {"refcoco_testb", "finding what a phrase describes, boxes", "arXiv:1608.00272", [] { return make_refcoco("refcoco_testb"); }},
    {"refcoco_val", "finding what a phrase describes, boxes", "arXiv:1608.00272", [] { return make_refcoco("refcoco_val"); }},
    {"refcocog_test", "finding what a phrase describes, boxes", "arXiv:1511.02283", [] { return make_refcoco("refcocog_test"); }},
    {"refcocog_val", "finding what a phrase describes, boxes", "arXiv:1511.02283", [] { return make_refcoco("refcocog_val"); }},
    {"refcocoplus_testa", "finding what a phrase describes, boxes", "arXiv:1608.00272", [] { return make_refcoco("refcocoplus_testa"); }},
    {"refcocoplus_testb", "finding what a phrase describes, boxes", "arXiv:1608.00272", [] { return make_refcoco("refcocoplus_testb"); }},
    {"refcocoplus_val", "finding what a phrase describes, boxes", "arXiv:1608.00272", [] { return make_refcoco("refcocoplus_val"); }},
    {"scienceqa_test", "school science with and without pictures, multiple choice", "arXiv:2209.09513", [] { return make_scienceqa("test"); }},
    {"scienceqa_val", "scienceqa_test's questions for development", "arXiv:2209.09513", [] { return make_scienceqa("val"); }},
    {"seed_bench", "nine dimensions of understanding pictures, four options", "arXiv:2307.16125", make_seed_bench},
    {"seed_bench_all", "seed_bench and its questions on videos, each asked on one frame", "arXiv:2307.16125", make_seed_bench_all},
    {"textvqa_val", "questions on text in photographs, VQA accuracy", "arXiv:1904.08920", [] { return make_vqa("textvqa_val"); }},
    {"vizwiz_test", "questions of blind people, no public answers", "arXiv:1802.08218", [] { return make_vqa("vizwiz_test"); }},
    {"vizwiz_val", "questions of blind people, VQA accuracy", "arXiv:1802.08218", [] { return make_vqa("vizwiz_val"); }},
    {"vqav2_testdev", "open questions on photographs, no public answers", "arXiv:1612.00837", [] { return make_vqa("vqav2_testdev"); }},
    {"vqav2_val", "open questions on photographs, VQA accuracy", "arXiv:1612.00837", [] { return make_vqa("vqav2_val"); }},
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
std::string CatalogBenchmark::answer_rule(std::string_view profile) const { return std::string(assay::answer_rule(name(), profile)); }
std::vector<Reply> CatalogBenchmark::read_predictions(const std::filesystem::path& path, const SampleSource* data) const {
  return match_predictions(read_prediction_file(path), data, path);
}

}  // namespace assay
