#include "datasets/vlmevalkit_row.h"

#include <fmt/format.h>

#include <algorithm>

#include "datasets/python_literal.h"
#include "harness/base/error.h"
#include "harness/base/utf8.h"

namespace assay {
namespace {

std::optional<std::size_t> find_column(const std::vector<std::string>& columns, std::string_view name) {
  const auto found = std::ranges::find(columns, name);
  return found == columns.end() ? std::nullopt : std::optional(static_cast<std::size_t>(found - columns.begin()));
}

bool is_option(const std::string& name) { return name.size() == 1 && name[0] >= 'A' && name[0] <= 'Z'; }

std::vector<std::string> references_in(std::optional<std::string> answer, bool may_be_list) {
  if (!answer) return {"nan"};  // what pandas makes of an answer "None" among others
  if (may_be_list) {
    if (auto list = python_list(*answer)) return std::move(*list);
  }
  return {std::move(*answer)};
}

}  // namespace

std::string column_list(const std::vector<std::string>& columns) {
  constexpr std::size_t kMostColumns = 40, kMostBytes = 60;
  std::string list;
  for (std::size_t i = 0; i < columns.size() && i < kMostColumns; ++i) {
    const bool is_long = columns[i].size() > kMostBytes;
    list += fmt::format("{}{}{}", i == 0 ? "" : ", ", replace_invalid_utf8(columns[i].substr(0, kMostBytes)), is_long ? "..." : "");
  }
  return columns.size() > kMostColumns ? fmt::format("{} and {} more", list, columns.size() - kMostColumns) : list;
}

VlmEvalKitColumns::VlmEvalKitColumns(const std::vector<std::string>& columns, const std::string& name) : columns_(columns) {
  const auto index = find_column(columns, "index");
  if (!index) throw DataError(fmt::format("{}: no column \"index\"; found: {}", name, column_list(columns)));
  index_ = *index;
  image_ = find_column(columns, "image");
  if (!image_) image_path_ = find_column(columns, "image_path");
  question_ = find_column(columns, "question");
  hint_ = find_column(columns, "hint");
  answer_ = find_column(columns, "answer");
  if (!answer_) answer_ = find_column(columns, "answers");  // VizWiz.tsv
  category_ = find_column(columns, "category");
  for (std::size_t i = 0; i < columns.size(); ++i) {
    if (is_option(columns[i])) options_.emplace_back(columns[i], i);
    else if (i != index_ && i != image_ && i != question_ && i != hint_ && i != category_) further_.push_back(i);
  }
  std::ranges::sort(options_);
}

Sample VlmEvalKitColumns::sample(const Cell& cell, bool has_answers, bool answer_lists) const {
  Sample sample;
  sample.id = cell(index_).value_or("nan");
  if (question_) sample.question = cell(*question_).value_or("nan");
  if (hint_) sample.hint = cell(*hint_).value_or("");
  if (category_) sample.category = cell(*category_).value_or("");
  for (const auto& [letter, column] : options_) {
    if (auto text = cell(column)) sample.options.push_back({letter, std::move(*text)});
  }
  if (answer_ && has_answers) sample.references = references_in(cell(*answer_), answer_lists);
  for (const auto column : further_) {
    if (auto text = cell(column)) sample.fields.emplace(columns_[column], std::move(*text));
  }
  return sample;
}

}  // namespace assay
