#include "benchmarks/hallusion_diagnosis.h"

#include <fmt/format.h>

#include <map>
#include <string_view>

namespace assay {
namespace {

constexpr std::string_view kConsistency =
    "Imagine you are an intelligent teacher. Thoroughly read the two responses to two different questions. Assess the consistency of the information provided within those two "
    "responses. You do not know the specific questions, but you can asssess the consistency among the two responses by checking for logical conflicts if both responses are correct. "
    "If response1 does not conflict with response2, please generate “same”. Otherwise, generate \"different\". \n\n response1:{}\nresponse2: {}\nOutput:";

/// The question whichever figure it is about.
std::string question_of(const HallusionKey& key) { return fmt::format("{}_{}_{}_{}", key.category, key.subcategory, key.set, key.question); }

enum class Cause { kNone, kLanguage, kVision, kEither, kUnknown };

Cause by_sameness(const DiagnosedReply& reply, Cause if_same, Cause if_not) {
  if (!reply.is_same) return Cause::kUnknown;
  return *reply.is_same ? if_same : if_not;
}

Cause cause_on_original(const DiagnosedReply& reply) {
  if (reply.key.category == "VD") return reply.grade == '1' ? Cause::kNone : Cause::kVision;  // it has not seen the figure as it is
  return reply.grade == '0' ? Cause::kLanguage : Cause::kNone;                                // made up where there is nothing to see
}

/// Of a figure that was edited, where the one it was made of must be looked at.
Cause cause_where_needed(const DiagnosedReply& reply, char original) {
  if (reply.grade == '1') return Cause::kNone;
  const bool is_wrong = reply.grade == '0';
  return original == '1' && is_wrong ? by_sameness(reply, Cause::kEither, Cause::kVision) : Cause::kVision;
}

/// Of a figure that adds to what the question can be answered by; `without` is the grade of the answer without it.
Cause cause_where_added(const DiagnosedReply& reply, char without) {
  if (reply.grade == '1') return Cause::kNone;
  const bool is_wrong = reply.grade == '0';
  if (without == '0') return is_wrong ? by_sameness(reply, Cause::kLanguage, Cause::kEither) : Cause::kEither;
  if (without == '1' && is_wrong && reply.key.visual_input == "2") return by_sameness(reply, Cause::kLanguage, Cause::kVision);
  return Cause::kVision;
}

/// A question over all of its figures.
struct FigureQuestion {
  bool is_right = true, has_language = false, has_vision = false, is_known = true;
  std::string set;

  void add(Cause cause) {
    is_known = is_known && cause != Cause::kUnknown;
    has_language = has_language || cause == Cause::kLanguage || cause == Cause::kEither;
    has_vision = has_vision || cause == Cause::kVision || cause == Cause::kEither;
  }
};

bool is_right(const DiagnosedReply& reply) {
  const bool may_be_unclear = reply.key.category == "VS" && reply.key.figure == "0";
  return reply.grade == '1' || (may_be_unclear && reply.grade == '2');
}

std::map<std::string, FigureQuestion> diagnose(std::span<const DiagnosedReply> replies) {
  std::map<std::string, char> originals;
  for (const auto& reply : replies) {
    if (is_original(reply.key)) originals[question_of(reply.key)] = reply.grade;
  }
  std::map<std::string, FigureQuestion> questions;
  for (const auto& reply : replies) {
    const auto name = question_of(reply.key);
    FigureQuestion& question = questions[name];
    question.set = fmt::format("{}_{}_{}", reply.key.category, reply.key.subcategory, reply.key.set);
    question.is_right = question.is_right && is_right(reply);
    const auto original = originals.find(name);
    if (is_original(reply.key)) question.add(cause_on_original(reply));
    else if (original == originals.end()) question.add(Cause::kUnknown);
    else question.add(reply.key.category == "VD" ? cause_where_needed(reply, original->second) : cause_where_added(reply, original->second));
  }
  return questions;
}

}  // namespace

bool is_original(const HallusionKey& key) { return key.figure == "0"; }

void add_original_replies(std::vector<Reply>& replies) {
  std::map<std::string, std::string> originals;
  for (const auto& reply : replies) {
    if (reply.state == SampleState::kError) continue;  // a row that cannot be read has no key
    const auto key = hallusion_key(reply.sample);
    if (is_original(key)) originals[question_of(key)] = reply.text;
  }
  for (auto& reply : replies) {
    if (reply.state == SampleState::kError) continue;
    const auto key = hallusion_key(reply.sample);
    const auto found = originals.find(question_of(key));
    if (!is_original(key) && found != originals.end()) reply.sample.fields[kOriginalReply] = found->second;
  }
}

JudgeQuestion consistency_judge_question(const Sample& sample, const std::string& reply, const std::string& original) {
  constexpr int kMostTokens = 16;
  return {sample.id + "/1", {{"user", fmt::format(kConsistency, reply, original)}}, kMostTokens};
}

std::vector<Metric> diagnosis_metrics(std::span<const DiagnosedReply> replies) {
  std::vector<Unit> language, vision, mixed;
  for (const auto& [name, question] : diagnose(replies)) {
    if (question.is_right || !question.is_known) continue;
    const bool is_mixed = question.has_language && question.has_vision;
    language.push_back({question.set, !is_mixed && question.has_language ? 1.0 : 0.0, name});
    vision.push_back({question.set, !is_mixed && question.has_vision ? 1.0 : 0.0, name});
    mixed.push_back({question.set, is_mixed ? 1.0 : 0.0, name});
  }
  constexpr const char* kDividesBy = "questions not right over all of their figures";
  return {proportion_metric("language_hallucination", language, Scale::kPercentFromSum, kDividesBy),
          proportion_metric("visual_illusion", vision, Scale::kPercentFromSum, kDividesBy), proportion_metric("mixed", mixed, Scale::kPercentFromSum, kDividesBy)};
}

}  // namespace assay
