#include "datasets/pope_files.h"

#include <algorithm>
#include <array>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "datasets/json_lines.h"
#include "datasets/json_sample.h"
#include "datasets/sample_list.h"
#include "harness/base/digest.h"
#include "harness/base/error.h"

namespace assay {
namespace {

constexpr std::array<std::string_view, 3> kCategories = {"random", "popular", "adversarial"};
constexpr std::int64_t kLlavaStep = 10'000'000;  // LLaVA numbers adversarial from 1, random from this, popular from twice this
constexpr std::string_view kLlavaRequest = "\nAnswer the question using a single word or phrase.";

std::filesystem::path label_file(const std::filesystem::path& folder, std::string_view category) {
  return folder / fmt::format("coco_pope_{}.json", category);
}

std::string read_label(const json::Value& row, const std::string& where) {
  const std::string label = json::require_string(row, "label", where);
  if (label != "yes" && label != "no") throw DataError(fmt::format("{}: \"label\" must be \"yes\" or \"no\", got \"{}\"", where, label));
  return label;
}

Sample read_question(const json::Value& row, const std::string& where) {
  Sample sample;
  sample.id = require_scalar(row, "question_id", where);
  sample.question = json::require_string(row, "text", where);
  sample.group = json::require_string(row, "image", where);
  sample.images = {stated_picture(sample.group)};
  add_fields(sample, row, {"question_id", "text", "image", "label", "category"});
  sample.fields["image"] = sample.group;
  return sample;
}

/// Says on which line a question_id came first.
class SeenIds {
 public:
  void add(const std::string& id, const std::string& where) {
    const auto [first, is_new] = where_.emplace(id, where);
    if (!is_new) throw DataError(fmt::format("{}: question_id \"{}\" comes twice; first at {}", where, id, first->second));
  }

 private:
  std::map<std::string, std::string> where_;
};

std::vector<Sample> read_category(const JsonLines& lines, std::string_view category) {
  SeenIds seen;
  std::vector<Sample> samples;
  for (std::size_t i = 0; i < lines.size(); ++i) {
    const auto row = lines.get(i);
    Sample sample = read_question(row, lines.where(i));
    seen.add(sample.id, lines.where(i));
    sample.references = {read_label(row, lines.where(i))};
    sample.category = category;
    sample.id = fmt::format("{}/{}", category, sample.id);
    samples.push_back(std::move(sample));
  }
  return samples;
}

/// Where pictures lie: the first of the usual folders that has the first one, nothing when none has it.
std::filesystem::path picture_folder(const std::filesystem::path& folder, const std::string& picture) {
  const auto here = std::filesystem::absolute(folder);
  std::error_code ignored;
  for (const auto& root : {here, here.parent_path()}) {
    for (const auto* name : {"images", "val2014", ""}) {
      if (std::filesystem::exists(root / name / picture, ignored)) return (root / name).lexically_normal();
    }
  }
  return {};
}

std::unique_ptr<SampleSource> listed(std::vector<Sample> samples, std::vector<std::filesystem::path> files, std::string digest,
                                     const std::filesystem::path& folder) {
  const auto found = samples.empty() ? std::filesystem::path() : picture_folder(folder, samples.front().group);
  if (!found.empty()) files.push_back(found);
  const auto pictures = found.empty() ? folder / "images" : found;
  return std::make_unique<SampleList>(std::move(samples), std::move(files), std::move(digest),
                                      [pictures](const std::filesystem::path& stated) { return pictures / stated; });
}

std::map<std::string, std::vector<Sample>, std::less<>> read_labels(const std::filesystem::path& folder, std::vector<std::filesystem::path>& files,
                                                                    Digest& digest) {
  std::map<std::string, std::vector<Sample>, std::less<>> labels;
  for (const auto category : kCategories) {
    const auto path = label_file(folder, category);
    if (!std::filesystem::exists(path)) continue;
    const JsonLines lines(path);
    labels[std::string(category)] = read_category(lines, category);
    files.push_back(path);
    digest.add(lines.digest());
  }
  return labels;
}

/// LLaVA's number as the authors count.
std::string authors_number(const std::string& id) {
  if (id.empty() || id.size() > 18 || id.find_first_not_of("0123456789") != std::string::npos) return id;
  return std::to_string(std::stoll(id) % kLlavaStep);
}

}  // namespace

std::span<const std::string_view> pope_categories() { return kCategories; }

std::unique_ptr<SampleSource> open_pope_folder(const std::filesystem::path& folder) {
  std::vector<std::filesystem::path> files;
  Digest digest;
  auto by_category = read_labels(folder, files, digest);
  if (files.empty()) throw DataError(fmt::format("{}: expected coco_pope_random.json, coco_pope_popular.json or coco_pope_adversarial.json", folder.string()));
  std::vector<Sample> samples;
  for (const auto category : kCategories) {
    auto& part = by_category[std::string(category)];
    std::move(part.begin(), part.end(), std::back_inserter(samples));
  }
  return listed(std::move(samples), std::move(files), digest.hex(), folder);
}

std::unique_ptr<SampleSource> open_pope_jsonl(const std::filesystem::path& jsonl) {
  const JsonLines lines(jsonl);
  std::vector<std::filesystem::path> files = {jsonl};
  Digest digest;
  digest.add(lines.digest());
  auto labels = read_labels(jsonl.parent_path() / "coco", files, digest);
  if (labels.empty()) labels = read_labels(jsonl.parent_path(), files, digest);
  std::map<std::string, std::size_t> place;
  SeenIds seen;
  std::vector<Sample> samples;
  for (std::size_t i = 0; i < lines.size(); ++i) {
    const auto row = lines.get(i);
    const auto where = lines.where(i);
    Sample sample = read_question(row, where);
    seen.add(sample.id, where);
    sample.category = json::require_string(row, "category", where);
    if (sample.question.ends_with(kLlavaRequest)) sample.question.resize(sample.question.size() - kLlavaRequest.size());
    sample.id = fmt::format("{}/{}", sample.category, authors_number(sample.id));
    const auto known = labels.find(sample.category);
    if (known != labels.end()) {
      const auto at = place[sample.category]++;
      if (at >= known->second.size())
        throw DataError(fmt::format("{}: question {} of \"{}\", and its label file has {}", where, at + 1, sample.category, known->second.size()));
      const Sample& label = known->second[at];
      if (label.group != sample.group)
        throw DataError(fmt::format("{}: asks about \"{}\", and the label of that place, {}, is of \"{}\"", where, sample.group, label.id, label.group));
      sample.references = label.references;
      sample.id = label.id;
    }
    samples.push_back(std::move(sample));
  }
  return listed(std::move(samples), std::move(files), digest.hex(), jsonl.parent_path());
}

}  // namespace assay
