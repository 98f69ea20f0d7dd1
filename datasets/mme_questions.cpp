#include "datasets/mme_questions.h"

#include <map>
#include <string>
#include <utility>
#include <vector>

#include "datasets/mme_folder.h"
#include "datasets/sample_list.h"
#include "datasets/text_lines.h"
#include "datasets/utf8_check.h"
#include "harness/base/digest.h"
#include "harness/base/error.h"
#include "harness/base/file.h"

namespace assay {
namespace {

namespace fs = std::filesystem;

Sample read_line(std::string_view line, std::string_view subtask, const std::string& where, std::map<std::string, int>& count_of_picture) {
  const auto parts = split_by(line, '\t');
  if (parts.size() < 3 || (parts[2] != "Yes" && parts[2] != "No")) {
    throw DataError(fmt::format("{}: expected picture, question, and Yes or No, parted by tabs; found \"{}\"", where, line));
  }
  if (first_invalid_utf8(line) != std::string_view::npos) throw DataError(fmt::format("{}: the text is not UTF-8", where));
  Sample sample;
  sample.group = fmt::format("{}/{}", subtask, parts[0]);
  sample.id = fmt::format("{}/{}", sample.group, count_of_picture[sample.group]++);
  sample.category = subtask;
  sample.question = parts[1];
  sample.references = {std::string(parts[2])};
  if (parts.size() > 3) sample.fields["answer"] = line.substr(static_cast<std::size_t>(parts[3].data() - line.data()));
  sample.images = {stated_picture(fs::path(subtask) / parts[0])};
  return sample;
}

}  // namespace

std::unique_ptr<SampleSource> open_mme_questions(const fs::path& folder, const fs::path& image_root) {
  Digest digest;
  std::vector<Sample> samples;
  std::vector<fs::path> paths;
  for (const auto subtask : mme_subtasks()) {
    const auto path = folder / fmt::format("{}.txt", subtask);
    if (!fs::exists(path)) continue;
    const auto text = read_file(path);
    digest.add(text);
    const auto lines = text_lines(text);
    std::map<std::string, int> count_of_picture;
    for (std::size_t i = 0; i < lines.size(); ++i) {
      samples.push_back(read_line(lines[i], subtask, fmt::format("{}:{}", path.string(), i + 1), count_of_picture));
      if (image_root.empty()) samples.back().images.clear();
    }
    paths.push_back(path);
  }
  if (samples.empty()) throw DataError(fmt::format("{}: no MME question files; expected existence.txt, count.txt, ...", folder.string()));
  const auto find = [image_root](const fs::path& stated) {
    return first_existing({image_root / stated.parent_path() / "images" / stated.filename(), image_root / stated});
  };
  return std::make_unique<SampleList>(std::move(samples), std::move(paths), digest.hex(), find);
}

}  // namespace assay
