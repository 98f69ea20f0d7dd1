#pragma once
#include <memory>
#include <string_view>

#include "benchmarks/benchmark.h"

/// How the catalogue makes each benchmark; one file per family.
namespace assay {

/// A benchmark of the catalogue: its summary and paper are said there, its answer rules in answer_rule.h.
class CatalogBenchmark : public Benchmark {
 public:
  [[nodiscard]] std::string summary() const final;
  [[nodiscard]] std::string paper() const final;
  [[nodiscard]] std::string answer_rule(std::string_view profile) const final;
  /// The common files, each row matched with its sample; a family overrides it for formats and rules of its own.
  [[nodiscard]] std::vector<Reply> read_predictions(const std::filesystem::path& path, const SampleSource* data) const override;
};

[[nodiscard]] std::unique_ptr<Benchmark> make_ai2d();                           // ai2d.cpp
[[nodiscard]] std::unique_ptr<Benchmark> make_ai2d_no_mask();                   // ai2d.cpp
[[nodiscard]] std::unique_ptr<Benchmark> make_captions(std::string_view name);  // captions.cpp: coco_2014_val, coco_2017_val, coco_karpathy_test, flickr30k_test, nocaps_val
[[nodiscard]] std::unique_ptr<Benchmark> make_chartqa();                        // chartqa.cpp
[[nodiscard]] std::unique_ptr<Benchmark> make_convbench();                      // convbench.cpp
[[nodiscard]] std::unique_ptr<Benchmark> make_docvqa(std::string_view name);    // docvqa.cpp: docvqa_..., infovqa_...
[[nodiscard]] std::unique_ptr<Benchmark> make_exact_answer(std::string_view name);  // exact_answer.cpp: gqa_testdev, ocrvqa_...
[[nodiscard]] std::unique_ptr<Benchmark> make_hallusion_bench();                // hallusion_bench.cpp
[[nodiscard]] std::unique_ptr<Benchmark> make_llava_bench_wild();               // llava_bench_wild.cpp
[[nodiscard]] std::unique_ptr<Benchmark> make_mathvista(std::string_view name);  // mathvista.cpp: mathvista_testmini, mathvista_test
[[nodiscard]] std::unique_ptr<Benchmark> make_mmbench(std::string_view name);   // mmbench.cpp: mmbench_..., ccbench
[[nodiscard]] std::unique_ptr<Benchmark> make_mme();                            // mme.cpp
[[nodiscard]] std::unique_ptr<Benchmark> make_mmmu(std::string_view split);      // mmmu.cpp: dev, val, test
[[nodiscard]] std::unique_ptr<Benchmark> make_mmstar();                         // mmstar.cpp
[[nodiscard]] std::unique_ptr<Benchmark> make_mmvet();                          // mmvet.cpp
[[nodiscard]] std::unique_ptr<Benchmark> make_ocrbench();                       // ocrbench.cpp
[[nodiscard]] std::unique_ptr<Benchmark> make_pope();                           // pope.cpp
[[nodiscard]] std::unique_ptr<Benchmark> make_q_bench(std::string_view name);   // q_bench.cpp: q_bench_...
[[nodiscard]] std::unique_ptr<Benchmark> make_realworldqa();                    // realworldqa.cpp
[[nodiscard]] std::unique_ptr<Benchmark> make_refcoco(std::string_view name);   // refcoco.cpp: refcoco..., refcocoplus_..., refcocog_...
[[nodiscard]] std::unique_ptr<Benchmark> make_scienceqa(std::string_view split);  // scienceqa.cpp: val, test
[[nodiscard]] std::unique_ptr<Benchmark> make_seed_bench();                     // seed_bench.cpp
[[nodiscard]] std::unique_ptr<Benchmark> make_seed_bench_all();                 // seed_bench.cpp
[[nodiscard]] std::unique_ptr<Benchmark> make_vqa(std::string_view name);       // vqa.cpp: vqav2_..., okvqa_val, textvqa_val, vizwiz_...

}  // namespace assay
