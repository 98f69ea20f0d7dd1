#pragma once
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "benchmarks/hallusion_key.h"
#include "benchmarks/summary.h"

/// HallusionBench's diagnosis of wrong answers: does the model go by language, does it not see, or may it be either? It rests on whether a judge finds a
/// reply at odds with the one to the same question about the original figure.
namespace assay {

/// A reply as the diagnosis sees it.
struct DiagnosedReply {
  HallusionKey key;
  char grade = '2';              ///< '0' at odds with the reference, '1' not, '2' unclear
  std::optional<bool> is_same;   ///< in agreement with the reply about the original; nothing for the original itself, and where no judge said it
};

/// The field of a reply's sample that holds the reply about the original figure, and the one that holds a recorded word: "1" for the same.
inline constexpr const char* kOriginalReply = "original_reply";
inline constexpr const char* kHallusionSame = "same";

/// Whether the question is about the original figure, or about none.
[[nodiscard]] bool is_original(const HallusionKey& key);

/// Puts into each reply about an edited figure what was replied about the original.
void add_original_replies(std::vector<Reply>& replies);

/// What a judge is asked about a reply and the one about the original.
/// Source   tianyi-lab/HallusionBench 744007c2 utils.py, check_same_by_chatgpt
[[nodiscard]] JudgeQuestion consistency_judge_question(const Sample& sample, const std::string& reply, const std::string& original);

/// `language_hallucination`, `visual_illusion` and `mixed`: the share of each among questions that are not answered right over all of their figures. A
/// question whose verdict hangs on a comparison that no judge made is left out.
/// Source   tianyi-lab/HallusionBench 744007c2 utils.py, get_eval_pair_all, which counts them
[[nodiscard]] std::vector<Metric> diagnosis_metrics(std::span<const DiagnosedReply> replies);

}  // namespace assay
