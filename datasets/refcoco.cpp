#include "datasets/refcoco.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <optional>
#include <string>
#include <utility>

#include "datasets/json_rows.h"
#include "datasets/json_sample.h"
#include "datasets/pandas_types.h"
#include "datasets/picture_place.h"
#include "datasets/python_literal.h"
#include "datasets/vlmevalkit_tsv.h"
#include "harness/base/error.h"

namespace assay {
namespace {

using Corners = std::array<double, 4>;

void set_box(Sample& sample, const Corners& box) {
  constexpr std::array kNames = {"bbox_x1", "bbox_y1", "bbox_x2", "bbox_y2"};
  std::array<std::string, 4> texts;
  for (std::size_t i = 0; i < 4; ++i) sample.fields[kNames[i]] = texts[i] = python_float_text(box[i]);
  sample.references = {fmt::format("[{}, {}, {}, {}]", texts[0], texts[1], texts[2], texts[3])};
}

Corners corners_of(const json::Value& list, const std::string& where) {
  Corners corners{};
  const bool fits = list.IsArray() && list.Size() == 4 && std::ranges::all_of(list.GetArray(), [](const auto& number) { return number.IsNumber(); });
  if (!fits) throw DataError(fmt::format("{}: a box must be a list of four numbers", where));
  for (rapidjson::SizeType i = 0; i < 4; ++i) corners[i] = list[i].GetDouble();
  return corners;
}

}  // namespace

void set_refcoco_box(Sample& sample, const json::Value& list, RefCocoBox form, const std::string& where) {
  auto box = corners_of(list, where);
  if (form == RefCocoBox::kSize) box[2] += box[0], box[3] += box[1];
  set_box(sample, box);
}

namespace {

/// "height480_width640"
void set_size_from_id(Sample& sample, std::string_view id) {
  const auto middle = id.find("_width");
  if (!id.starts_with("height") || middle == std::string_view::npos) return;
  sample.fields["height"] = id.substr(6, middle - 6);
  sample.fields["width"] = id.substr(middle + 6);
}

class RefCocoJson final : public SampleSource {
 public:
  explicit RefCocoJson(const std::filesystem::path& json) : rows_(json), roots_(picture_roots(json, std::array<std::string, 2>{"train2014", "images"})) {}

  [[nodiscard]] std::size_t size() const override { return rows_.size(); }
  [[nodiscard]] std::string digest() const override { return rows_.digest(); }
  [[nodiscard]] std::vector<std::filesystem::path> paths() const override { return {rows_.path()}; }

  [[nodiscard]] Sample get(std::size_t i) const override {
    const auto row = rows_.get(i);
    const auto where = rows_.where(i);
    Sample sample;
    sample.id = fmt::to_string(i);
    const bool is_minigpt4 = json::find(row, "img_id") != nullptr;
    const char* phrase = is_minigpt4 ? "sents" : json::find(row, "sent") != nullptr ? "sent" : "question";
    sample.question = sample.fields["phrase"] = json::require_string(row, phrase, where);
    const auto& box = json::require(row, json::find(row, "bbox") != nullptr ? "bbox" : "gt_answers", where);
    set_refcoco_box(sample, box, is_minigpt4 ? RefCocoBox::kSize : RefCocoBox::kCorners, where);
    if (json::find(row, "height") != nullptr) {
      sample.fields["height"] = require_scalar(row, "height", where);
      sample.fields["width"] = require_scalar(row, "width", where);
    } else {
      set_size_from_id(sample, require_scalar(row, "question_id", where));
    }
    sample.images.push_back(find_stated_picture(picture_name(row, where), roots_));
    sample.group = sample.images.front().path.filename().string();
    return sample;
  }

 private:
  /// MiniGPT-4 names COCO_train2014_000000581282_10: the picture, and which box on it.
  static std::string picture_name(const json::Value& row, const std::string& where) {
    if (json::find(row, "img_id") == nullptr) return require_scalar(row, json::find(row, "image") != nullptr ? "image" : "image_path", where);
    const auto id = require_scalar(row, "img_id", where);
    return id.substr(0, id.rfind('_')) + ".jpg";
  }

  JsonRows rows_;
  std::vector<std::filesystem::path> roots_;
};

/// "RefCOCO+ test A" -> "RefCOCO+_testA"
std::string split_of_category(const std::string& category) {
  const auto space = category.find(' ');
  if (space == std::string::npos) return category;
  std::string suffix;
  for (const char c : category.substr(space)) {
    if (c != ' ' && c != '_' && c != '-') suffix += c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
  }
  if (suffix == "testa" || suffix == "testb") suffix.back() = static_cast<char>(suffix.back() - 32);
  return category.substr(0, space) + "_" + suffix;
}

class RefCocoTsv final : public SampleSource {
 public:
  explicit RefCocoTsv(const std::filesystem::path& tsv) : rows_(open_vlmevalkit_tsv(tsv, as_it_stands())) {}

  [[nodiscard]] std::size_t size() const override { return rows_->size(); }
  [[nodiscard]] std::string digest() const override { return rows_->digest(); }
  [[nodiscard]] std::vector<std::filesystem::path> paths() const override { return rows_->paths(); }

  [[nodiscard]] Sample get(std::size_t i) const override {
    Sample sample = rows_->get(i);
    auto& split = sample.fields["split"];
    if (split.empty()) split = sample.category.empty() ? "RefCOCO" : split_of_category(sample.category);
    sample.id = split + "_" + sample.id;
    for (const auto* name : {"width", "height"}) {
      const auto value = number_field(sample, name);
      if (!value || *value <= 0) sample.fields[name] = "1.0";
    }
    if (!number_field(sample, "bbox_x1")) set_box_from_answer(sample);
    else sample.references = {sample.references.empty() ? "box" : sample.references.front()};
    return sample;
  }

 private:
  static TsvOptions as_it_stands() {
    TsvOptions options;
    options.answer_lists = false;
    return options;
  }

  static std::optional<double> number_field(const Sample& sample, const std::string& name) {
    const auto found = sample.fields.find(name);
    double value = 0;
    if (found == sample.fields.end()) return std::nullopt;
    const auto& text = found->second;
    const auto read = std::from_chars(text.data(), text.data() + text.size(), value);
    return read.ec == std::errc() && read.ptr == text.data() + text.size() ? std::optional(value) : std::nullopt;
  }

  static void set_box_from_answer(Sample& sample) {
    const auto list = sample.references.empty() ? std::nullopt : python_list(sample.references.front());
    sample.references.clear();
    if (!list || list->size() < 4) return;
    Corners box{};
    for (std::size_t i = 0; i < 4; ++i) {
      const auto& text = (*list)[i];
      if (std::from_chars(text.data(), text.data() + text.size(), box[i]).ec != std::errc()) return;
    }
    if (std::ranges::all_of(box, [](double number) { return std::abs(number) <= 1.5; })) {
      const double width = number_field(sample, "width").value_or(1), height = number_field(sample, "height").value_or(1);
      box = {box[0] * width, box[1] * height, box[2] * width, box[3] * height};
    }
    set_box(sample, box);
  }

  std::unique_ptr<SampleSource> rows_;
};

}  // namespace

std::unique_ptr<SampleSource> open_refcoco_json(const std::filesystem::path& json) { return std::make_unique<RefCocoJson>(json); }
std::unique_ptr<SampleSource> open_refcoco_tsv(const std::filesystem::path& tsv) { return std::make_unique<RefCocoTsv>(tsv); }

}  // namespace assay
