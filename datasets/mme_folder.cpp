#include "datasets/mme_folder.h"

#include <algorithm>
#include <array>
#include <utility>
#include <vector>

#include "datasets/sample_list.h"
#include "datasets/text_lines.h"
#include "datasets/utf8_check.h"
#include "harness/base/digest.h"
#include "harness/base/error.h"
#include "harness/base/file.h"

namespace assay {
namespace {

namespace fs = std::filesystem;

/// Fu et al. 2023, arXiv:2306.13394; the order of eval_type_dict in the official eval tool's calculation.py.
constexpr std::array<std::string_view, 14> kSubtasks = {"existence", "count",     "position", "color", "posters",
                                                        "celebrity", "scene",     "landmark", "artwork", "OCR",
                                                        "commonsense_reasoning", "numerical_calculation", "text_translation", "code_reasoning"};
constexpr std::array<std::string_view, 6> kPictureEndings = {".jpg", ".png", ".jpeg", ".JPG", ".PNG", ".JPEG"};

struct Pair {
  fs::path text;
  fs::path picture;
};

/// The texts of one folder with the pictures of their names, sorted by the pictures' names.
std::vector<Pair> pairs_in(const fs::path& texts, const fs::path& pictures) {
  std::vector<Pair> pairs;
  for (const auto& entry : fs::directory_iterator(texts)) {
    if (entry.path().extension() != ".txt") continue;
    const auto stem = entry.path().stem().string();
    const auto ending = std::ranges::find_if(kPictureEndings, [&](auto end) { return fs::exists(pictures / (stem + std::string(end))); });
    if (ending == kPictureEndings.end()) {
      throw DataError(fmt::format("{}: no picture {}.jpg or .png in {}", entry.path().string(), stem, pictures.string()));
    }
    pairs.push_back({entry.path(), pictures / (stem + std::string(*ending))});
  }
  std::ranges::sort(pairs, {}, [](const Pair& pair) { return pair.picture.filename().string(); });
  return pairs;
}

std::vector<Pair> pairs_of_subtask(const fs::path& folder) {
  const auto texts = folder / "questions_answers_YN";
  return fs::is_directory(texts) ? pairs_in(texts, folder / "images") : pairs_in(folder, folder);
}

void read_pair(const Pair& pair, std::string_view subtask, Digest& digest, std::vector<Sample>& samples) {
  const auto text = read_file(pair.text);
  digest.add(text);
  const auto lines = text_lines(text);
  if (lines.size() != 2) throw DataError(fmt::format("{}: expected 2 lines of question, tab, Yes or No; found {}", pair.text.string(), lines.size()));
  for (std::size_t i = 0; i < lines.size(); ++i) {
    const auto where = fmt::format("{}:{}", pair.text.string(), i + 1);
    const auto parts = split_by(lines[i], '\t');
    if (parts.size() != 2 || (parts[1] != "Yes" && parts[1] != "No")) {
      throw DataError(fmt::format("{}: expected a question, a tab, and Yes or No; found \"{}\"", where, lines[i]));
    }
    if (first_invalid_utf8(lines[i]) != std::string_view::npos) throw DataError(fmt::format("{}: the text is not UTF-8", where));
    Sample sample;
    sample.group = fmt::format("{}/{}", subtask, pair.picture.filename().string());
    sample.id = fmt::format("{}/{}", sample.group, i);
    sample.category = subtask;
    sample.question = parts[0];
    sample.references = {std::string(parts[1])};
    sample.images = {stated_picture(pair.picture)};
    sample.images.front().stated = sample.group;  // the path has the folder in it
    samples.push_back(std::move(sample));
  }
}

}  // namespace

std::span<const std::string_view> mme_subtasks() { return kSubtasks; }

std::unique_ptr<SampleSource> open_mme_folder(const fs::path& root) {
  Digest digest;
  std::vector<Sample> samples;
  std::vector<fs::path> paths;
  for (const auto subtask : kSubtasks) {
    const auto folder = root / subtask;
    if (!fs::is_directory(folder)) continue;
    paths.push_back(folder);
    for (const auto& pair : pairs_of_subtask(folder)) read_pair(pair, subtask, digest, samples);
  }
  if (samples.empty()) {
    throw DataError(fmt::format("{}: no MME subtask with questions; expected folders such as {}/existence/*.txt or {}/artwork/questions_answers_YN/*.txt",
                                root.string(), root.string(), root.string()));
  }
  return std::make_unique<SampleList>(std::move(samples), std::move(paths), digest.hex(), nullptr);
}

}  // namespace assay
