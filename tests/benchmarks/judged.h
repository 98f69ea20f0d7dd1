#pragma once
#include <cstddef>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "benchmarks/judge.h"

/// Replies that a judge reads, and a judge.
namespace assay::testing {

/// To MM-Vet's or LLaVA-Bench's kind of question.
inline Reply judged(std::string id, std::string text, std::vector<std::string> judge_replies) {
  Reply reply;
  reply.sample.id = std::move(id);
  reply.sample.references = {"-1<AND>-5"};
  reply.sample.question = "What is x?";
  reply.text = std::move(text);
  reply.judge_replies = std::move(judge_replies);
  return reply;
}

/// Answers from a list, and keeps what it was asked.
class ListedJudge final : public Judge {
 public:
  explicit ListedJudge(std::vector<std::string> answers) : answers_(std::move(answers)) {}
  std::optional<std::string> answer(const JudgeQuestion& question) override {
    asked.push_back(question);
    return asked.size() <= answers_.size() ? std::optional(answers_[asked.size() - 1]) : std::nullopt;
  }
  std::vector<JudgeQuestion> asked;

 private:
  std::vector<std::string> answers_;
};

}  // namespace assay::testing
