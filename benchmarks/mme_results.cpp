#include "benchmarks/mme_results.h"

#include <fmt/ranges.h>

#include "datasets/mme_folder.h"
#include "harness/base/error.h"
#include "harness/base/file.h"
#include "metrics/python_text.h"

namespace assay {
namespace {

constexpr const char* kMalformed = "malformed_line";

/// Python's readlines on a text file: LF, CRLF and CR end a line. The answer keeps no line end here; the tool's rule looks at its start only.
std::vector<std::string> lines_of(std::string text) {
  text = python::replace(python::replace(text, "\r\n", "\n"), "\r", "\n");
  if (text.ends_with('\n')) text.pop_back();
  else if (text.empty()) return {};
  std::vector<std::string> lines;
  for (const auto line : python::split(text, "\n")) lines.emplace_back(line);
  return lines;
}

Reply reply_from(const std::string& line, const std::string& subtask, std::size_t number, const std::string& where) {
  Reply reply;
  reply.sample.id = fmt::format("{}:{}", subtask, number);
  reply.sample.group = fmt::format("{}:{}", subtask, (number + 1) / 2);
  reply.sample.category = subtask;
  const auto parts = python::split(line, "\t");
  if (parts.size() != 4) {
    reply.sample.fields[kMalformed] = line;
    reply.text = line;
    reply.state = SampleState::kUnparsed;
    return reply;
  }
  const std::string label = python::lower(parts[2]);
  if (label != "yes" && label != "no") {
    throw DataError(fmt::format("{}:{}: expected Yes or No in the third part, got \"{}\"", where, number, parts[2]));
  }
  reply.sample.fields["picture"] = parts[0];
  reply.sample.question = parts[1];
  reply.sample.references = {std::string(parts[2])};
  reply.text = parts[3];
  return reply;
}

}  // namespace

bool is_malformed_line(const Sample& sample) { return sample.fields.contains(kMalformed); }

std::vector<Reply> read_mme_results(const std::filesystem::path& folder) {
  std::vector<std::string> missing;
  for (const auto subtask : mme_subtasks()) {
    const std::string name = fmt::format("{}.txt", subtask);
    if (!std::filesystem::is_regular_file(folder / name)) missing.push_back(name);
  }
  if (!missing.empty()) {
    throw DataError(fmt::format("{}: expected one file per subtask of MME, and there is no {}", folder.string(), fmt::join(missing, ", ")));
  }
  std::vector<Reply> replies;
  for (const auto subtask_view : mme_subtasks()) {
    const std::string subtask(subtask_view);
    const auto path = folder / (subtask + ".txt");
    const auto lines = lines_of(read_file(path));
    if (lines.size() % 2 != 0) {
      throw DataError(fmt::format("{}: {} lines, and two that follow each other make a picture: one is missing", path.string(), lines.size()));
    }
    for (std::size_t i = 0; i < lines.size(); ++i) replies.push_back(reply_from(lines[i], subtask, i + 1, path.string()));
  }
  return replies;
}

}  // namespace assay
