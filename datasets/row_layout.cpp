#include "datasets/row_layout.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <charconv>
#include <map>
#include <utility>

#include "datasets/json_rows.h"
#include "datasets/json_sample.h"
#include "harness/base/error.h"

namespace assay {
namespace {

std::string text_in(const json::Value& row, const std::string& column) {
  const json::Value* value = column.empty() ? nullptr : json::find(row, column);
  return value == nullptr ? "" : scalar_text(*value).value_or("");
}

/// The texts of answers however the set nests them; {"answer": ["a", "b"]} is how the hub keeps a list of objects.
void add_answers(const json::Value& value, std::vector<std::string>& answers) {
  if (value.IsArray()) {
    for (const auto& item : value.GetArray()) add_answers(item, answers);
  } else if (value.IsObject()) {
    if (const auto* inner = json::find(value, "answer")) add_answers(*inner, answers);
  } else if (auto text = scalar_text(value)) {
    answers.push_back(*std::move(text));
  }
}

class LayoutSource final : public SampleSource {
 public:
  LayoutSource(std::unique_ptr<LayoutRows> rows, const RowLayout& layout) : rows_(std::move(rows)), layout_(layout) {
    if (!layout_.counted.empty()) count_rows();
  }

  [[nodiscard]] std::size_t size() const override { return rows_->size(); }
  [[nodiscard]] std::string digest() const override { return rows_->digest(); }
  [[nodiscard]] std::vector<std::filesystem::path> paths() const override { return rows_->paths(); }

  [[nodiscard]] Sample get(std::size_t i) const override {
    const auto row = rows_->get(i);
    Sample sample;
    sample.id = id_of(row, i);
    sample.group = text_in(row, layout_.group);
    sample.category = text_in(row, layout_.category);
    sample.hint = text_in(row, layout_.hint);
    sample.question = text_in(row, layout_.question);
    sample.options = options_of(row);
    if (const auto* answers = layout_.answers.empty() ? nullptr : json::find(row, layout_.answers)) add_answers(*answers, sample.references);
    if (layout_.answer_is_place) take_letters(sample, i);
    for (const auto& column : layout_.pictures) {
      auto images = rows_->pictures(row, i, column);
      std::move(images.begin(), images.end(), std::back_inserter(sample.images));
    }
    add_fields(sample, row, {});
    return sample;
  }

 private:
  [[nodiscard]] std::string counted_text(const json::Value& row) const {
    std::string text = text_in(row, layout_.counted);
    if (!layout_.counted_suffix.empty() && text.ends_with(layout_.counted_suffix)) text.resize(text.size() - layout_.counted_suffix.size());
    return text;
  }
  void count_rows() {
    std::map<std::string, std::uint32_t> seen;
    for (std::size_t i = 0; i < rows_->size(); ++i) count_before_.push_back(seen[counted_text(rows_->get(i))]++);
  }

  [[nodiscard]] std::string id_of(const json::Value& row, std::size_t i) const {
    if (!layout_.counted.empty()) return fmt::format("{}/{}", counted_text(row), count_before_[i]);
    if (layout_.id.empty()) return std::to_string(i);
    const auto id = text_in(row, layout_.id);
    if (id.empty()) throw DataError(fmt::format("{}: \"{}\" is missing", rows_->where(i), layout_.id));
    return layout_.id_prefix.empty() ? id : fmt::format("{}/{}", text_in(row, layout_.id_prefix), id);
  }

  [[nodiscard]] std::vector<Option> options_of(const json::Value& row) const {
    std::vector<Option> options;
    std::size_t place = 0;
    const auto add = [&](const json::Value& value) {
      const auto text = scalar_text(value);
      const std::string letter(1, static_cast<char>('A' + std::min<std::size_t>(place++, 25)));
      if (text && *text != "nan" && *text != "N/A" && place <= 26) options.push_back({letter, *text});
    };
    for (const auto& column : layout_.options) {
      const auto* value = json::find(row, column);
      if (value == nullptr) ++place;
      else if (!value->IsArray()) add(*value);
      else for (const auto& item : value->GetArray()) add(item);
    }
    return options;
  }

  void take_letters(Sample& sample, std::size_t i) const {
    for (auto& reference : sample.references) {
      std::size_t place = 0;
      const auto [end, error] = std::from_chars(reference.data(), reference.data() + reference.size(), place);
      if (error != std::errc() || end != reference.data() + reference.size() || place >= 26 || std::ranges::none_of(sample.options, [&](const Option& option) { return option.letter[0] == static_cast<char>('A' + place); })) {
        throw DataError(fmt::format("{}: the answer must be the place of one of {} options, got \"{}\"", rows_->where(i), sample.options.size(), reference));
      }
      reference = std::string(1, static_cast<char>('A' + place));
    }
  }

  std::unique_ptr<LayoutRows> rows_;
  RowLayout layout_;
  std::vector<std::uint32_t> count_before_;
};

class JsonTableRows final : public LayoutRows {
 public:
  JsonTableRows(const std::filesystem::path& path, std::filesystem::path image_root) : rows_(path), image_root_(std::move(image_root)) {}
  [[nodiscard]] std::size_t size() const override { return rows_.size(); }
  [[nodiscard]] json::Document get(std::size_t i) const override { return rows_.get(i); }
  [[nodiscard]] std::string where(std::size_t i) const override { return rows_.where(i); }
  [[nodiscard]] std::string digest() const override { return rows_.digest(); }
  [[nodiscard]] std::vector<std::filesystem::path> paths() const override { return {rows_.path()}; }
  [[nodiscard]] std::vector<ImageRef> pictures(const json::Value& row, std::size_t i, const std::string& column) const override {
    std::vector<ImageRef> images;
    for (const auto& name : scalars_of(row, column, where(i))) {
      const auto path = image_root_ / name;  // an absolute name replaces the root
      images.push_back({path, 0, 0, ImageRef::Encoding::kRaw, path.string()});
    }
    return images;
  }

 private:
  JsonRows rows_;
  std::filesystem::path image_root_;
};

}  // namespace

std::vector<std::string> named_columns(const RowLayout& layout) {
  std::vector<std::string> named = {layout.id, layout.id_prefix, layout.counted, layout.group, layout.category, layout.hint, layout.question, layout.answers};
  named.insert(named.end(), layout.options.begin(), layout.options.end());
  named.insert(named.end(), layout.pictures.begin(), layout.pictures.end());
  std::erase(named, "");
  return named;
}

std::unique_ptr<SampleSource> open_rows(std::unique_ptr<LayoutRows> rows, const RowLayout& layout) {
  return std::make_unique<LayoutSource>(std::move(rows), layout);
}

std::unique_ptr<SampleSource> open_json_table(const std::filesystem::path& path, const RowLayout& layout, const std::filesystem::path& image_root) {
  auto rows = std::make_unique<JsonTableRows>(path, image_root);
  const auto first = rows->get(0);
  std::vector<std::string> missing, found;
  for (const auto& column : named_columns(layout)) {
    if (json::find(first, column) == nullptr) missing.push_back(column);
  }
  for (const auto& member : first.GetObject()) found.emplace_back(json::text_of(member.name));
  if (!missing.empty()) throw DataError(fmt::format("{}: no member {}; found: {}", rows->where(0), fmt::join(missing, ", "), fmt::join(found, ", ")));
  return open_rows(std::move(rows), layout);
}

}  // namespace assay
