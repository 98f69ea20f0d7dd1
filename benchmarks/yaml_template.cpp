#include "benchmarks/yaml_template.h"

#include <fmt/format.h>

#include <utility>

#include "harness/base/error.h"
#include "metrics/python_text.h"

namespace assay {

PromptTemplate::PromptTemplate(std::string_view text, std::string_view option_line) : option_line_(option_line) {
  if (option_line.find("{text}") == std::string_view::npos) throw ConfigError("option_line must have {text} in it");
  sections_.emplace_back();
  std::string literal;
  const auto end_literal = [&] {
    if (!literal.empty()) sections_.back().pieces.push_back({false, std::exchange(literal, {})});
  };
  for (std::size_t at = 0; at < text.size(); ++at) {
    const auto two = text.substr(at, 2);
    if (two == "{{" || two == "}}") {
      literal += text[at++];
    } else if (two == "[[" || two == "]]") {
      end_literal();
      const bool opens = two == "[[";
      if (opens == sections_.back().is_optional) throw ConfigError(opens ? "[[ inside of [[" : "]] without [[ before it");
      sections_.push_back({opens, {}});
      ++at;
    } else if (text[at] == '{') {
      const auto close = text.find('}', at);
      const auto name = close == std::string_view::npos ? "" : text.substr(at + 1, close - at - 1);
      if (name.empty()) throw ConfigError("{ without a name and }; {{ stands for a brace");
      end_literal();
      sections_.back().pieces.push_back({true, std::string(name)});
      at = close;
    } else if (text[at] == '}') {
      throw ConfigError("} without { before it; }} stands for a brace");
    } else {
      literal += text[at];
    }
  }
  end_literal();
  if (sections_.back().is_optional) throw ConfigError("[[ without ]] behind it");
}

std::string PromptTemplate::fill(const Sample& sample) const {
  std::string filled;
  for (const auto& section : sections_) {
    std::string text;
    bool says_something = true;
    for (const auto& piece : section.pieces) {
      const auto value = piece.is_name ? value_of(piece.text, sample) : std::optional(piece.text);
      if (!value && !section.is_optional) throw DataError(fmt::format("the prompt names {{{}}}, and the sample \"{}\" has no such column", piece.text, sample.id));
      if (!value || value->empty()) says_something = false;
      text += value.value_or("");
    }
    if (says_something || !section.is_optional) filled += text;
  }
  return filled;
}

std::optional<std::string> PromptTemplate::value_of(const std::string& name, const Sample& sample) const {
  if (name == "question") return sample.question;
  if (name == "hint") return sample.hint;
  if (name == "category") return sample.category;
  if (name == "options" || name == "option_letters") {
    std::string text;
    for (const auto& option : sample.options) {
      const auto line = python::replace(python::replace(option_line_, "{letter}", option.letter), "{text}", option.text);
      text += (text.empty() ? "" : name == "options" ? "\n" : ", ") + (name == "options" ? line : option.letter);
    }
    return text;
  }
  const auto field = sample.fields.find(name);
  return field == sample.fields.end() ? std::nullopt : std::optional(field->second);
}

}  // namespace assay
