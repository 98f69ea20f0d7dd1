#include "datasets/question_json.h"

#include <fmt/format.h>

#include <optional>
#include <unordered_map>
#include <unordered_set>
#include <utility>

#include "datasets/json_rows.h"
#include "datasets/json_sample.h"
#include "datasets/picture_place.h"
#include "datasets/sample_list.h"
#include "harness/base/digest.h"
#include "harness/base/error.h"

namespace assay {
namespace {

const json::Value* first_of(const json::Value& row, std::initializer_list<std::string_view> keys) {
  for (const auto key : keys) {
    const auto* value = json::find(row, key);
    if (value != nullptr && !value->IsNull()) return value;
  }
  return nullptr;
}

/// One text per answer; an answer may be an object that holds it.
std::vector<std::string> answers_of(const json::Value& row, const std::string& where) {
  const auto* given = first_of(row, {"answers", "answer", "gt_answers", "label"});
  if (given == nullptr) return {};
  const auto text_of = [&](const json::Value& value) {
    const auto* inner = value.IsObject() ? json::find(value, "answer") : &value;
    auto text = inner == nullptr ? std::nullopt : scalar_text(*inner);
    if (!text) throw DataError(fmt::format("{}: an answer must be a text, a number, or an object with \"answer\"", where));
    return *text;
  };
  if (!given->IsArray()) return {text_of(*given)};
  std::vector<std::string> answers;
  for (const auto& answer : given->GetArray()) answers.push_back(text_of(answer));
  return answers;
}

/// "val2014" of "v2_OpenEnded_mscoco_val2014_questions.json".
std::string coco_split(const std::filesystem::path& path) {
  const auto name = path.filename().string();
  for (const char* split : {"train2014", "val2014", "test2015"}) {
    if (name.find(split) != std::string::npos) return split;
  }
  return name.find("test-dev2015") != std::string::npos ? "test2015" : "";
}

std::string stated_name(const json::Value& image, const std::string& split) {
  if (image.IsUint64() && !split.empty()) return fmt::format("{0}/COCO_{0}_{1:012}.jpg", split, image.GetUint64());
  const auto name = scalar_text(image).value_or("");
  return std::filesystem::path(name).has_extension() ? name : name + ".jpg";
}

void add_inner_fields(Sample& sample, const json::Value& row) {
  for (const auto& member : row.GetObject()) {
    if (!member.value.IsObject()) continue;
    for (const auto& inner : member.value.GetObject()) {
      auto text = scalar_text(inner.value);
      if (text) sample.fields.emplace(fmt::format("{}.{}", json::text_of(member.name), json::text_of(inner.name)), std::move(*text));
    }
  }
}

class QuestionJson final : public SampleSource {
 public:
  explicit QuestionJson(const QuestionFiles& files)
      : questions_(files.questions, {"questions", "data"}), roots_(picture_roots(files.questions, files.image_folders)),
        split_(coco_split(files.questions)) {
    Digest digest;
    digest.add(questions_.digest());
    if (!files.annotations.empty()) {
      annotations_.emplace(files.annotations, std::vector<std::string>{"annotations"});
      digest.add(annotations_->digest());
      for (std::size_t i = 0; i < annotations_->size(); ++i) {
        annotation_of_.emplace(require_scalar(annotations_->get(i), "question_id", annotations_->where(i)), i);
      }
    }
    digest_ = digest.hex();
    check_ids();
  }

  [[nodiscard]] std::size_t size() const override { return questions_.size(); }
  [[nodiscard]] std::string digest() const override { return digest_; }
  [[nodiscard]] std::vector<std::filesystem::path> paths() const override {
    return annotations_ ? std::vector{questions_.path(), annotations_->path()} : std::vector{questions_.path()};
  }

  [[nodiscard]] Sample get(std::size_t i) const override {
    const auto row = questions_.get(i);
    const auto where = questions_.where(i);
    Sample sample;
    sample.id = id_of(row, i);
    sample.question = json::require_string(row, "question", where);
    sample.references = answers_of(row, where);
    add_fields(sample, row, {"question_id", "question", "answers", "answer", "gt_answers", "label"});
    add_inner_fields(sample, row);
    if (const auto* image = first_of(row, {"image", "image_path", "image_id", "imageId"})) {
      sample.images.push_back(find_stated_picture(stated_name(*image, split_), roots_));
    }
    if (annotations_) add_annotation(sample);
    return sample;
  }

 private:
  [[nodiscard]] std::string id_of(const json::Value& row, std::size_t i) const {
    if (const auto* id = first_of(row, {"question_id", "questionId"})) {
      if (auto text = scalar_text(*id)) return *text;
    }
    if (auto key = questions_.key(i); !key.empty()) return key;
    if (const auto* image = first_of(row, {"image"}); image != nullptr && image->IsString()) return std::string(json::text_of(*image));
    return fmt::to_string(i);
  }

  void add_annotation(Sample& sample) const {
    const auto at = annotation_of_.at(sample.id);
    const auto row = annotations_->get(at);
    sample.references = answers_of(row, annotations_->where(at));
    for (const auto* name : {"question_type", "answer_type"}) {
      if (const auto* value = json::find(row, name)) sample.fields[name] = scalar_text(*value).value_or("");
    }
  }

  void check_ids() const {
    std::unordered_set<std::string> ids;
    for (std::size_t i = 0; i < questions_.size(); ++i) {
      auto id = id_of(questions_.get(i), i);
      if (annotations_ && !annotation_of_.contains(id)) {
        throw DataError(fmt::format("{}: the question \"{}\" has no annotation in {}", questions_.where(i), id, annotations_->path().string()));
      }
      if (!ids.insert(id).second) throw DataError(fmt::format("{}: the id \"{}\" comes twice", questions_.where(i), id));
    }
  }

  JsonRows questions_;
  std::optional<JsonRows> annotations_;
  std::unordered_map<std::string, std::size_t> annotation_of_;
  std::vector<std::filesystem::path> roots_;
  std::string split_, digest_;
};

}  // namespace

std::unique_ptr<SampleSource> open_question_json(const QuestionFiles& files) { return std::make_unique<QuestionJson>(files); }

}  // namespace assay
