#pragma once
#include <array>
#include <optional>
#include <string>
#include <string_view>

/// Reading grades and preferences out of what a judge wrote.
namespace assay {

/// MM-Vet's grade: what stands before the first space, a number from 0 to 1.
/// Source   yuweihao/MM-Vet acde843e mm-vet_evaluator.py, runs
[[nodiscard]] std::optional<double> read_grade(std::string_view reply);
/// The same as VLMEvalKit reads it: the whole reply.
/// Source   open-compass/VLMEvalKit e8e78f05 vlmeval/dataset/utils/mmvet.py, MMVet_auxeval
[[nodiscard]] std::optional<double> read_whole_grade(std::string_view reply);

/// LLaVA-Bench's two scores: the first line, commas as spaces, parted at each space into exactly two numbers.
/// Source   haotian-liu/LLaVA c121f043 llava/eval/eval_gpt_review_bench.py, parse_score
[[nodiscard]] std::optional<std::array<double, 2>> read_score_pair(std::string_view reply);

/// ConvBench's decision: 'A' or 'B' where exactly one of "response a is better" and "response b is better" stands in the reply, in any case.
/// Source   shirlyliu64/ConvBench 309508e1 ConvBenchEval/convbencheval.py, extract_prediction_from_response
[[nodiscard]] std::optional<char> read_preference(std::string_view reply);

/// What ConvBench falls back on: 'A' or 'B' behind the first "Rating:", without punctuation around it; 'C' for anything else.
/// Source   as above, extract_rate
[[nodiscard]] char read_rating(std::string_view reply);

}  // namespace assay
