#include "metrics/yes_no.h"

#include <algorithm>

#include "metrics/python_text.h"
#include "metrics/vqa_punctuation.h"

namespace assay {
namespace {

bool contains(std::string_view text, std::string_view part) { return text.find(part) != std::string_view::npos; }

/// The rule of MME on a text that is lower-cased already. Any text that is exactly yes or no also starts with it.
YesNo by_first_four_letters(std::string_view lowered) {
  const std::string start = python::encode(std::u32string_view(python::decode(lowered)).substr(0, 4));
  return contains(start, "yes") ? YesNo::kYes : contains(start, "no") ? YesNo::kNo : YesNo::kOther;
}

}  // namespace

std::string_view name_of(YesNo answer) { return answer == YesNo::kYes ? "yes" : answer == YesNo::kNo ? "no" : "other"; }

std::optional<std::string> answer_of(YesNo read) {
  if (read == YesNo::kOther) return std::nullopt;
  return std::string(name_of(read));
}

YesNo yes_no_mme(std::string_view reply) { return by_first_four_letters(python::lower(reply)); }

YesNo yes_no_lmms_mme(std::string_view reply) {
  const std::string lowered = python::lower(reply);
  const std::string text = python::replace(python::strip(lowered), ".", "");
  if (text == "y") return YesNo::kYes;
  if (text == "n") return YesNo::kNo;
  return by_first_four_letters(text);
}

std::string internvl_mme_text(std::string_view reply) {
  std::string text = python::replace(reply, "\n", "");
  text = python::replace(text, "不是", "No");
  text = python::replace(text, "是", "Yes");
  text = python::replace(text, "否", "No");
  text = python::replace(python::lower(text), "true", "yes");
  std::u32string letters = python::decode(python::replace(text, "false", "no"));
  std::erase_if(letters, [](char32_t letter) { return letter >= 0x4E00 && letter <= 0x9FA5; });
  return python::encode(letters);
}

YesNo yes_no_vlmevalkit(std::string_view reply) {
  const std::string text = vlmevalkit_punctuation(python::lower(reply));
  const auto words = python::split(text);
  const bool has_yes = std::find(words.begin(), words.end(), "yes") != words.end();
  const bool has_no = std::find(words.begin(), words.end(), "no") != words.end();
  return has_yes == has_no ? YesNo::kOther : has_yes ? YesNo::kYes : YesNo::kNo;
}

YesNo yes_no_pope(std::string_view reply) {
  const std::string sentence = python::replace(reply.substr(0, reply.find('.')), ",", "");
  for (const auto word : python::split(sentence, " ")) {
    if (word == "No" || word == "not" || word == "no") return YesNo::kNo;
  }
  return YesNo::kYes;
}

std::string lmms_pope_text(std::string_view reply) {
  const std::string lowered = python::lower(reply);
  return std::string(python::strip(lowered));
}

YesNo yes_no_xcomposer_pope(std::string_view reply) { return reply == "no" ? YesNo::kNo : YesNo::kYes; }

YesNo yes_no_xcomposer_hallusion(std::string_view reply) {
  return contains(python::lower(reply), "yes") ? YesNo::kYes : YesNo::kNo;
}

}  // namespace assay
