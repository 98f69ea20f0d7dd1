#include "benchmarks/mathvista_prompts.h"

#include <fmt/format.h>

namespace assay {
namespace {

constexpr std::string_view kExamples = R"(Please read the following example. Then extract the answer from the model response and type it at the end of the prompt.

Hint: Please answer the question requiring an integer answer and provide the final value, e.g., 1, 2, 3, at the end.
Question: Which number is missing?

Model response: The number missing in the sequence is 14.

Extracted answer: 14

Hint: Please answer the question requiring a floating-point number with one decimal place and provide the final value, e.g., 1.2, 1.3, 1.4, at the end.
Question: What is the fraction of females facing the camera?

Model response: The fraction of females facing the camera is 0.6, which means that six out of ten females in the group are facing the camera.

Extracted answer: 0.6

Hint: Please answer the question requiring a floating-point number with two decimal places and provide the final value, e.g., 1.23, 1.34, 1.45, at the end.
Question: How much money does Luca need to buy a sour apple candy and a butterscotch candy? (Unit: $)

Model response: Luca needs $1.45 to buy a sour apple candy and a butterscotch candy.

Extracted answer: 1.45

Hint: Please answer the question requiring a Python list as an answer and provide the final list, e.g., [1, 2, 3], [1.2, 1.3, 1.4], at the end.
Question: Between which two years does the line  graph saw its maximum peak?

Model response: The line graph saw its maximum peak between 2007 and 2008.

Extracted answer: [2007, 2008]

Hint: Please answer the question and provide the correct option letter, e.g., A, B, C, D, at the end.
Question: What fraction of the shape is blue?
Choices:
(A) 3/11
(B) 8/11
(C) 6/11
(D) 3/5

Model response: The correct answer is (B) 8/11.

Extracted answer: B)";

constexpr std::string_view kExamplesVlmEvalKit = R"(
Please read the following example.
Then extract the answer from the model response and type it at the end of the prompt.


Hint: Please answer the question requiring an integer answer and provide the final value,
e.g., 1, 2, 3, at the end.

Question: Which number is missing?

Model response: The number missing in the sequence is 14.

Extracted answer: 14


Hint: Please answer the question requiring a floating-point number with one decimal place and provide the final value,
e.g., 1.2, 1.3, 1.4, at the end.

Question: What is the fraction of females facing the camera?

Model response: The fraction of females facing the camera is 0.6,
which means that six out of ten females in the group are facing the camera.

Extracted answer: 0.6


Hint: Please answer the question requiring a floating-point number with two decimal places and provide the final value,
e.g., 1.23, 1.34, 1.45, at the end.

Question: How much money does Luca need to buy a sour apple candy and a butter-scotch candy? (Unit: $)

Model response: Luca needs $1.45 to buy a sour apple candy and a butterscotch candy.

Extracted answer: 1.45


Hint: Please answer the question requiring a Python list as an answer and provide the final list,
e.g., [1, 2, 3], [1.2, 1.3, 1.4], at the end.

Question: Between which two years does the line graph saw its maximum peak?

Model response: The line graph saw its maximum peak between 2007 and 2008.

Extracted answer: [2007, 2008]


Hint: Please answer the question and provide the correct option letter, e.g., A, B, C, D, at the end.

Question: What fraction of the shape is blue?

Choices: (A) 3/11 (B) 8/11 (C) 6/11 (D) 3/5

Model response: The correct answer is (B) 8/11.

Extracted answer: B

)";

std::string how_to_answer(const Sample& sample) {
  const auto field = [&](const char* name) {
    const auto found = sample.fields.find(name);
    return found == sample.fields.end() ? std::string() : found->second;
  };
  if (field("question_type") == "multi_choice") return "Answer with the option's letter from the given choices directly.";
  const std::string type = field("answer_type");
  if (type == "integer") return "Answer the question using a single integer number.";
  if (type == "list") return "Answer the question using a Python list.";
  return fmt::format("Answer the question using a single floating-point number with {} decimal place{}.", field("precision").starts_with("1") ? "one" : "two",
                     field("precision").starts_with("1") ? "" : "s");
}

}  // namespace

std::string mathvista_lmms_text(const Sample& sample) {
  const auto bare = sample.fields.find("question");
  std::string text = bare == sample.fields.end() ? sample.question : bare->second;
  if (const auto unit = sample.fields.find("unit"); unit != sample.fields.end() && !unit->second.empty()) text += fmt::format(" (Unit: {})", unit->second);
  text += '\n';
  for (const auto& option : sample.options) text += fmt::format("{}. {}\n", option.letter, option.text);
  return text + how_to_answer(sample);
}

std::string mathvista_judge_text(std::string_view query, std::string_view reply) {
  return fmt::format("{}\n\n{}\n\n{}\n\nExtracted answer: ", kExamples, query, reply);
}

std::string mathvista_judge_text_vlmevalkit(std::string_view question, std::string_view reply) {
  return fmt::format("{}{}\nModel respone: {}Extracted answer:", kExamplesVlmEvalKit, question, reply);
}

}  // namespace assay
