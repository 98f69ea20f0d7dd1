#include "benchmarks/data_note.h"

#include <algorithm>
#include <array>
#include <iterator>
#include <utility>

#include "benchmarks/name_pattern.h"

namespace assay {
namespace {

constexpr std::string_view kKitFiles = "opencompass.openxlab.space/utils";
constexpr std::string_view kVqaScript = "GT-Vision-Lab/VQA a013f004 PythonEvaluationTools/vqaEvaluation/vqaEval.py";
constexpr std::string_view kRrc = "the Robust Reading Competition, rrc.cvc.uab.es, after registration";
constexpr std::string_view kRefCoco = "pictures: COCO train2014; boxes: Qwen-VL's evaluation files, or MiniGPT-4's";
constexpr std::string_view kBoxes = "OpenGVLab/InternVL 2410d1db internvl_chat/eval/refcoco/evaluate_grounding.py";

/// Sorted so that a whole name comes before the pattern that would fit it too. The first row that fits counts.
constexpr DataNote kNotes[] = {
    {"ai2d_*", "about 3,088 questions", "", kKitFiles, "no script of the authors'; VLMEvalKit's rule"},
    {"ccbench", "about 2,040 rows of 510 questions", "", kKitFiles, "no script of the authors'; VLMEvalKit's rule"},
    {"chartqa_test", "1,250 questions that people wrote and 1,250 that a model wrote", "GPL-3.0 (repository)", "github.com/vis-nlp/ChartQA",
     "google-research/pix2struct metrics.py, relaxed_correctness"},
    {"coco_2014_val", "40,504 pictures, five captions or so each", "", "cocodataset.org", "tylin/coco-caption 3a9afb26"},
    {"coco_2017_val", "5,000 pictures, five captions or so each", "", "cocodataset.org", "tylin/coco-caption 3a9afb26"},
    {"coco_karpathy_test", "about 5,000 pictures, five captions or so each", "", "pictures: COCO val2014; captions: InternVL's release files", "tylin/coco-caption 3a9afb26"},
    {"convbench", "578 dialogues of three turns", "CC BY 4.0", "github.com/shirlyliu64/ConvBench", "shirlyliu64/ConvBench 309508e1"},
    {"docvqa_test", "about 5,188 questions", "", kRrc, "the competition's server"},
    {"docvqa_val", "about 5,349 questions", "", kRrc, "the competition's script, as OpenGVLab/InternVL 2410d1db infographicsvqa_eval.py has it"},
    {"flickr30k_test", "about 1,000 pictures, five captions each (the hub's set: 31,783)", "", "pictures: on request; captions: InternVL's release files", "tylin/coco-caption 3a9afb26"},
    {"gqa_testdev", "12,578 questions", "", "cs.stanford.edu/people/dorarad/gqa", "GQA's eval.py, as haotian-liu/LLaVA c121f043 calls it"},
    {"hallusion_bench", "1,129 questions, 951 of them with a picture", "BSD-3-Clause (repository)", "github.com/tianyi-lab/HallusionBench", "tianyi-lab/HallusionBench 744007c2 utils.py"},
    {"infovqa_test", "about 3,288 questions", "", kRrc, "the competition's server"},
    {"infovqa_val", "about 2,801 questions", "", kRrc, "the competition's script, as OpenGVLab/InternVL 2410d1db infographicsvqa_eval.py has it"},
    {"llava_bench_wild", "60 questions on 24 pictures", "Apache-2.0 (repository)", "huggingface.co/datasets/liuhaotian/llava-bench-in-the-wild",
     "haotian-liu/LLaVA c121f043 llava/eval/summarize_gpt_review.py"},
    {"mathvista_test", "5,141 problems", "CC BY-SA 4.0 (repository)", "huggingface.co/datasets/AI4Math/MathVista", "lupantech/MathVista 53d52587 evaluation/"},
    {"mathvista_testmini", "1,000 problems: 540 multiple choice, 460 free", "CC BY-SA 4.0 (repository)", "huggingface.co/datasets/AI4Math/MathVista", "lupantech/MathVista 53d52587 evaluation/"},
    {"mmbench_dev_*", "about 4,329 rows of 1,164 questions", "", kKitFiles, "the authors' server; VLMEvalKit's rule without its judge"},
    {"mmbench_test_*", "about 6,666 rows of 1,784 questions, without answers", "", kKitFiles, "the authors' server, mmbench.opencompass.org.cn/mmbench-submission"},
    {"mmdu", "110 dialogues of more than 1,600 turns", "", "github.com/Liuziyu77/MMDU; opencompass.openxlab.space/utils", "open-compass/VLMEvalKit vlmeval/dataset/utils/mmdu.py, which is the authors' own"},
    {"mme", "2,374 questions on 1,187 pictures", "", "github.com/BradyFU/Awesome-Multimodal-Large-Language-Models, pictures on request", "eval_tool/calculation.py of the release"},
    {"mmmu_dev", "150 questions", "Apache-2.0 (repository)", "huggingface.co/datasets/MMMU/MMMU", "MMMU-Benchmark/MMMU bb0b95a9 mmmu/utils/eval_utils.py"},
    {"mmmu_test", "about 10,500 questions, without answers", "Apache-2.0 (repository)", "huggingface.co/datasets/MMMU/MMMU", "the authors' server"},
    {"mmmu_val", "900 questions: 847 multiple choice, 53 open", "Apache-2.0 (repository)", "huggingface.co/datasets/MMMU/MMMU", "MMMU-Benchmark/MMMU bb0b95a9 mmmu/utils/eval_utils.py"},
    {"mmstar", "1,500 questions, 250 of each of six abilities", "", "huggingface.co/datasets/Lin-Chen/MMStar", "MMStar-Benchmark/MMStar 88f243ab"},
    {"mmvet", "218 questions", "", "github.com/yuweihao/MM-Vet/releases", "yuweihao/MM-Vet acde843e mm-vet_evaluator.ipynb"},
    {"nocaps_val", "4,500 pictures, ten captions each", "", "nocaps.org", "tylin/coco-caption 3a9afb26"},
    {"ocrbench", "1,000 questions", "MIT (repository)", "github.com/Yuliang-Liu/MultimodalOCR", "Yuliang-Liu/MultimodalOCR 794c36d6"},
    {"ocrvqa_*", "", "", "ocr-vqa.github.io", "no script of the authors'; QwenLM/Qwen-VL aa00ed04 eval_mm/evaluate_vqa.py"},
    {"okvqa_val", "5,046 questions, ten answers each", "", "okvqa.allenai.org; pictures: COCO val2014", kVqaScript},
    {"pope", "9,000 questions, 3,000 a category (2,910 random ones in the version that toolkits pin)", "MIT (repository)", "github.com/AoiDragon/POPE; pictures: COCO val2014", "AoiDragon/POPE 08d957b9 evaluate.py"},
    {"q_bench_*", "about 1,495 questions", "", "github.com/Q-Future/Q-Bench; huggingface.co/datasets/q-future/Q-Bench-HF", "no script that reads free text; VLMEvalKit's rule"},
    {"realworldqa", "about 765 questions", "", "huggingface.co/datasets/xai-org/RealworldQA", "no script of the authors'; VLMEvalKit's rule"},
    {"refcoco", "all eight splits, 57,457 phrases", "", "huggingface.co/datasets/mjuicem/RefCOCO-VLMEvalKit", kBoxes},
    {"refcoco_testa", "5,657 phrases", "", kRefCoco, kBoxes},
    {"refcoco_testb", "5,095 phrases", "", kRefCoco, kBoxes},
    {"refcoco_val", "10,834 phrases", "", kRefCoco, kBoxes},
    {"refcocog_test", "9,602 phrases", "", kRefCoco, kBoxes},
    {"refcocog_val", "4,896 phrases", "", kRefCoco, kBoxes},
    {"refcocoplus_testa", "5,726 phrases", "", kRefCoco, kBoxes},
    {"refcocoplus_testb", "4,889 phrases", "", kRefCoco, kBoxes},
    {"refcocoplus_val", "10,758 phrases", "", kRefCoco, kBoxes},
    {"scienceqa_test", "4,241 questions, 2,017 of them with a picture", "CC BY-NC-SA 4.0 (data)", "github.com/lupantech/ScienceQA", "lupantech/ScienceQA 2cbf8318 tools/evaluate_acc.py"},
    {"scienceqa_val", "", "CC BY-NC-SA 4.0 (data)", "github.com/lupantech/ScienceQA", "lupantech/ScienceQA 2cbf8318 tools/evaluate_acc.py"},
    {"seed_bench", "about 14,232 questions on pictures", "for research, not for commerce (repository)", "huggingface.co/datasets/AILab-CVC/SEED-Bench", "AILab-CVC/SEED-Bench 250947c2 eval.py"},
    {"seed_bench_all", "19,242 questions, 5,009 of them on videos", "for research, not for commerce (repository)", "huggingface.co/datasets/AILab-CVC/SEED-Bench", "AILab-CVC/SEED-Bench 250947c2 eval.py"},
    {"textvqa_val", "5,000 questions, ten answers each", "", "textvqa.org", "haotian-liu/LLaVA c121f043 llava/eval/m4c_evaluator.py"},
    {"vizwiz_test", "questions without answers", "", "vizwiz.org", "the authors' server"},
    {"vizwiz_val", "about 4,319 questions, ten answers each", "", "vizwiz.org", kVqaScript},
    {"vqav2_testdev", "447,793 questions with test-standard's, without answers", "", "visualqa.org; pictures: COCO test2015", "the authors' server"},
    {"vqav2_val", "214,354 questions, ten answers each", "", "visualqa.org; pictures: COCO val2014", kVqaScript},
};

constexpr std::array<std::pair<std::string_view, std::string_view>, 8> kSources = {{
    {"internvl", "OpenGVLab/InternVL 2410d1db internvl_chat/eval"},
    {"llava", "haotian-liu/LLaVA c121f043 llava/eval"},
    {"lmms-eval", "EvolvingLMMs-Lab/lmms-eval 75571cfe lmms_eval/tasks"},
    {"minigpt4", "Vision-CAIR/MiniGPT-4 d94738a7 eval_scripts"},
    {"qwen", "QwenLM/Qwen-VL aa00ed04 eval_mm"},
    {"vlmevalkit", "open-compass/VLMEvalKit e8e78f05 vlmeval/dataset"},
    {"vrama91", "vrama91/cider f281464c"},
    {"xcomposer", "InternLM/InternLM-XComposer 0f70c3e3"},
}};

}  // namespace

const DataNote* find_data_note(std::string_view benchmark) {
  const auto* found = std::ranges::find_if(kNotes, [&](const DataNote& note) { return fits_pattern(note.benchmark, benchmark); });
  return found == std::end(kNotes) ? nullptr : found;
}

std::string_view profile_source(std::string_view profile) {
  for (const auto& [name, source] : kSources) {
    if (profile.starts_with(name)) return source;
  }
  return "";
}

}  // namespace assay
