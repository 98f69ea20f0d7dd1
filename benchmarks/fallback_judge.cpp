#include "benchmarks/fallback_judge.h"

#include <fmt/format.h>

#include <string_view>

#include "benchmarks/prompt.h"
#include "metrics/python_text.h"

namespace assay {
namespace {

constexpr std::string_view kOptionInEnglish =
    "You are an AI assistant who will help me to match an answer with several options of a single-choice question. You are provided with a question, several options, "
    "and an answer, and you need to find which option is most similar to the answer. If the meaning of all options are significantly different from the answer, output Z. "
    "Your should output a single uppercase character in A, B, C, D (if they are valid options), and Z. \nExample 1: \nQuestion: What is the main object in image?\n"
    "Options: A. teddy bear B. rabbit C. cat D. dog\nAnswer: a cute teddy bear\nYour output: A\nExample 2: \nQuestion: What is the main object in image?\n"
    "Options: A. teddy bear B. rabbit C. cat D. dog\nAnswer: Spider\nYour output: Z\nExample 3: \nQuestion: {}?\nOptions: {}\nAnswer: {}\nYour output: ";
constexpr std::string_view kOptionInChinese =
    "你是一个帮助我匹配答案与单选题中多个选项的 AI 助手。你会被提供：一个问题，多个选项，一个答案。你的任务是找到与答案意义最相近的选项。"
    "如果所有选项的意义都与答案显著不同，则输出 Z。你应该输出一个单个的大写字母，例如 A, B, C, D（如果它们是有效选项），或 Z。例 1:问题: 图中最主要的物体是什么?\n"
    "选项: A. 泰迪熊 B. 兔子 C. 猫 D. 狗\n答案: 一只可爱的泰迪熊\n输出: A\n例 2: \n问题: 图中最主要的物体是什么?\n选项: A. 泰迪熊 B. 兔子 C. 猫 D. 狗\n答案: 蜘蛛\n输出: Z\n"
    "例 3: \n问题: {}?\n选项: {}\n答案: {}\n输出: ";
constexpr std::string_view kYesNo =
    "You are an AI assistant who will help me to match an answer with two options of a question. The options are only Yes / No. You are provided with a question and an answer, "
    "and you need to find which option (Yes / No) is most similar to the answer. If the meaning of all options are significantly different from the answer, output Unknown. "
    "Your should output a single word among the following 3 choices: Yes, No, Unknown.\nExample 1: \nQuestion: Is the word in this image 'Hello'?\n"
    "Answer: The word in this image is 'Hello'.\nYour output: Yes\nExample 2: \nQuestion: Is the word in this image 'Hello'?\n"
    "Answer: The word in this image is not 'Hello'.\nYour output: No\nExample 3: \nQuestion: {}?\nAnswer: {}\nYour output: ";
constexpr std::string_view kConflict =
    "Imagine you are an intelligent teacher. Thoroughly read the question, reference answer and the prediction answer to ensure a clear understanding of the information provided. "
    "Assess the correctness of the predictions. If the prediction answer does not conflict with the reference answer, please generate “correct”. If the prediction answer "
    "conflict with the reference answer, please generate “incorrect”. If the prediction answer is unclear about the answer, please generate \"unclear\". \n\n"
    " Question:{}\nReference answer: {}\nPrediction answer:{}\nOutput:";

/// The same words with E for none of the options.
std::string with_e(std::string_view text) {
  std::string replaced = python::replace(python::replace(text, "output Z.", "output E."), "and Z. ", "and E. ");
  replaced = python::replace(python::replace(replaced, "输出 Z。", "输出 E。"), "或 Z。", "或 E。");
  return python::replace(python::replace(replaced, "output: Z\n", "output: E\n"), "输出: Z\n", "输出: E\n");
}

std::string options_text(const Sample& sample) {
  std::string text = "There are several options: \n";
  for (const auto& option : sample.options) text += fmt::format("{}. {}\n", option.letter, option.text);
  return text;
}

JudgeQuestion ask(const Sample& sample, std::string text, int max_tokens) { return {sample.id, {{"user", std::move(text)}}, max_tokens, 0}; }

JudgeQuestion yes_no_judge_question(const Reply& reply) {
  constexpr int kMostTokens = 256;
  JudgeQuestion question = ask(reply.sample, fmt::format(kYesNo, reply.sample.question, reply.text), kMostTokens);
  question.is_readable = [](const std::string& answer) { return yes_no_vlmevalkit(answer) != YesNo::kOther; };
  question.retries = {{"", 0.5}, {"", 1.0}, {"", 1.5}, {"", 2.0}};
  return question;
}

bool needs_judge(const Reply& reply, YesNo read) { return read == YesNo::kOther && may_be_judged(reply); }

}  // namespace

bool may_be_judged(const Reply& reply) { return !reply.sample.references.empty() && reply.state != SampleState::kError; }

JudgeQuestion option_judge_question(const Sample& sample, const std::string& reply, NoOption none) {
  const std::string_view words = has_chinese(sample.question) ? kOptionInChinese : kOptionInEnglish;
  const std::string prompt = none == NoOption::kZ ? std::string(words) : with_e(words);
  constexpr int kMostTokens = 256;
  return ask(sample, fmt::format(fmt::runtime(prompt), sample.question, options_text(sample), reply), kMostTokens);
}

std::vector<JudgeQuestion> yes_no_judge_questions(const Reply& reply, YesNo read, bool asks_judge) {
  if (!asks_judge || !needs_judge(reply, read)) return {};
  return {yes_no_judge_question(reply)};
}

std::optional<YesNo> yes_no_or_judged(const Reply& reply, YesNo read, bool asks_judge) {
  if (!asks_judge || !needs_judge(reply, read)) return read;
  if (reply.judge_replies.empty()) return std::nullopt;
  return yes_no_vlmevalkit(reply.judge_replies.front());
}

JudgeQuestion conflict_judge_question(const Sample& sample, const std::string& reply) {
  constexpr int kMostTokens = 16;
  const auto details = sample.fields.find("gt_answer_details");
  const std::string reference = details != sample.fields.end() ? details->second : sample.references.empty() ? "" : sample.references.front();
  return ask(sample, fmt::format(kConflict, sample.question, reference, reply), kMostTokens);
}

}  // namespace assay
