#include "metrics/vqa_accuracy.h"

#include <algorithm>
#include <vector>

#include "metrics/mean.h"
#include "metrics/vqa_answer.h"

namespace assay {
namespace {

using Normalizer = std::string (*)(std::string_view);

struct RuleParts {
  Normalizer normalize;
  double (*mean)(std::span<const double>);
};

RuleParts parts_of(VqaRule rule) {
  switch (rule) {
    case VqaRule::kOfficial: return {vqa_answer_official, running_mean};
    case VqaRule::kEvalAi: return {vqa_answer_evalai, running_mean};
    case VqaRule::kVlmEvalKit: return {vqa_answer_vlmevalkit, numpy_mean};
    case VqaRule::kLmmsEval: return {vqa_answer_evalai, exact_mean};
    case VqaRule::kLmmsVqaV2: return {vqa_answer_official, exact_mean};
  }
  return {vqa_answer_official, running_mean};
}

bool are_alike(std::span<const std::string> answers) {
  return std::ranges::all_of(answers, [first = answers.empty() ? std::string() : vqa_cleaned(answers.front())](const std::string& answer) {
    return vqa_cleaned(answer) == first;
  });
}

Normalizer normalizer_of(std::span<const std::string> answers, VqaRule rule) {
  return rule == VqaRule::kOfficial && are_alike(answers) ? vqa_cleaned : parts_of(rule).normalize;
}

}  // namespace

std::string vqa_answer(std::string_view prediction, std::span<const std::string> answers, VqaRule rule) {
  return normalizer_of(answers, rule)(prediction);
}

double vqa_accuracy(std::string_view prediction, std::span<const std::string> answers, VqaRule rule) {
  const Normalizer normalize = normalizer_of(answers, rule);
  const std::string predicted = normalize(prediction);
  std::vector<bool> matches;
  for (const auto& answer : answers) matches.push_back(normalize(answer) == predicted);
  const auto total = std::ranges::count(matches, true);
  std::vector<double> agreements;
  for (const bool is_match : matches) {
    const double others = static_cast<double>(total - (is_match ? 1 : 0));
    agreements.push_back(std::min(1.0, others / 3));
  }
  return parts_of(rule).mean(agreements);
}

}  // namespace assay
