#include "benchmarks/mmbench_submission.h"

#include <map>
#include <set>

#include "benchmarks/xlsx.h"
#include "metrics/python_text.h"

namespace assay {
namespace {

XlsxCell text_or_nothing(const std::string& text) { return text.empty() ? XlsxCell() : XlsxCell(text); }

XlsxCell index_cell(const std::string& id) {
  const auto index = python::parse_int(id);
  return index ? XlsxCell(*index) : XlsxCell(id);
}

}  // namespace

Submission mmbench_submission(const std::string& name, std::span<const Reply> replies) {
  std::set<std::string> letters = {"A", "B", "C", "D"}, columns;
  for (const auto& reply : replies) {
    for (const auto& option : reply.sample.options) letters.insert(option.letter);
    for (const auto& [column, text] : reply.sample.fields) columns.insert(column);
  }
  std::vector<XlsxCell> header = {std::string("index"), std::string("question"), std::string("hint")};
  for (const auto& letter : letters) header.emplace_back(letter);
  header.emplace_back(std::string("prediction"));
  header.emplace_back(std::string("category"));
  for (const auto& column : columns) header.emplace_back(column);

  std::vector<std::vector<XlsxCell>> rows = {std::move(header)};
  for (const auto& reply : replies) {
    const Sample& sample = reply.sample;
    std::vector<XlsxCell> row = {index_cell(sample.id), sample.question, text_or_nothing(sample.hint)};
    std::map<std::string, std::string> options;
    for (const auto& option : sample.options) options[option.letter] = option.text;
    for (const auto& letter : letters) row.push_back(text_or_nothing(options[letter]));
    row.emplace_back(reply.text);
    row.push_back(text_or_nothing(sample.category));
    for (const auto& column : columns) {
      const auto found = sample.fields.find(column);
      row.push_back(found == sample.fields.end() ? XlsxCell() : XlsxCell(found->second));
    }
    rows.push_back(std::move(row));
  }
  return {name + ".xlsx", xlsx_file(rows)};
}

}  // namespace assay
