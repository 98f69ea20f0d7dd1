#include "benchmarks/choice_question.h"

#include <fmt/format.h>

#include "benchmarks/prompt.h"

namespace assay {

std::string choice_text_plain(const Sample& sample) {
  std::string text;
  if (!sample.hint.empty()) text += "Hint: " + sample.hint + "\n";
  text += "Question: " + sample.question + "\n";
  if (sample.options.empty()) return text;
  text += "Options:\n";
  for (const auto& option : sample.options) text += option.letter + ". " + option.text + "\n";
  return text + "Please select the correct answer from the options above. \n";
}

std::string choice_text_letter(const Sample& sample, AskIn language) {
  std::string text = sample.hint.empty() ? sample.question : sample.hint + "\n" + sample.question;
  text += option_lines(sample.options);
  const bool in_chinese = language == AskIn::kChinese || (language == AskIn::kLanguageOfQuestion && has_chinese(text));
  if (sample.options.empty()) return text + (in_chinese ? "\n请直接回答问题。" : "\nAnswer the question directly.");
  return text + (in_chinese ? "\n请直接回答选项字母。" : "\nAnswer with the option's letter from the given choices directly.");
}

std::string choice_text_qwen(const Sample& sample, std::string_view before) {
  const std::string options = option_lines(sample.options);
  return fmt::format("{}Question: {}\nOptions: {}\nAnswer:", before, sample.question, options.empty() ? options : options.substr(1));
}

std::vector<Choice> choices_of(const Sample& sample) {
  if (sample.options.empty()) return {{"A", ""}, {"B", ""}, {"C", ""}, {"D", ""}};
  std::vector<Choice> choices;
  for (const auto& option : sample.options) choices.push_back({option.letter, option.text});
  return choices;
}

}  // namespace assay
