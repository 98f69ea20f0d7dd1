#include "datasets/hub_sets.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <functional>
#include <iterator>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "datasets/caption_json.h"
#include "datasets/filtered.h"
#include "datasets/hallusion_json.h"
#include "datasets/hub_parquet.h"
#include "datasets/json_sample.h"
#include "datasets/locate.h"
#include "datasets/mathvista_json.h"
#include "datasets/option_text.h"
#include "datasets/parquet_rows.h"
#include "datasets/python_literal.h"
#include "datasets/scienceqa_files.h"
#include "datasets/seed_json.h"
#include "harness/base/error.h"

namespace assay {
namespace {

using Paths = std::vector<std::filesystem::path>;

/// A row, and where its pictures are.
struct HubRow {
  const json::Value& value;
  const ParquetRows& rows;
  std::size_t index;

  [[nodiscard]] std::string where() const { return rows.where(index); }
  [[nodiscard]] std::string text(std::string_view column) const { return require_scalar(value, column, where()); }
  /// Empty where the column is not there, null, or one of the words that stand for nothing.
  [[nodiscard]] std::string text_if_any(std::string_view column) const {
    const auto* cell = json::find(value, column);
    auto text = cell == nullptr ? std::nullopt : scalar_text(*cell);
    return !text || *text == "nan" || *text == "N/A" ? "" : *std::move(text);
  }
  [[nodiscard]] std::vector<ImageRef> pictures(std::string_view column) const { return rows.pictures(value, index, column); }
};

using ReadRow = std::function<Sample(const HubRow&)>;

void check_columns(const ParquetRows& rows, std::initializer_list<std::string_view> needed) {
  std::vector<std::string_view> missing;
  for (const auto column : needed) {
    if (std::ranges::find(rows.columns(), column) == rows.columns().end()) missing.push_back(column);
  }
  if (missing.empty()) return;
  throw DataError(fmt::format("{}: no column {}; found: {}", rows.shards().front().string(), fmt::join(missing, ", "), fmt::join(rows.columns(), ", ")));
}

class HubSet final : public SampleSource {
 public:
  HubSet(Paths shards, std::initializer_list<std::string_view> needed, ReadRow read) : rows_(std::move(shards)), read_(std::move(read)) { check_columns(rows_, needed); }
  [[nodiscard]] std::size_t size() const override { return rows_.size(); }
  [[nodiscard]] Sample get(std::size_t i) const override {
    const auto row = rows_.get(i);
    return read_({row, rows_, i});
  }
  [[nodiscard]] std::string digest() const override { return rows_.digest(); }
  [[nodiscard]] Paths paths() const override { return rows_.shards(); }

 private:
  ParquetRows rows_;
  ReadRow read_;
};

std::unique_ptr<SampleSource> open_set(const std::filesystem::path& shard, std::initializer_list<std::string_view> needed, ReadRow read) {
  return std::make_unique<HubSet>(hub_shards(shard), needed, std::move(read));
}

/// The shards of a file of another name beside `shard`'s or its folder; none where there is none.
Paths other_shards(const std::filesystem::path& folder, const std::string& pattern) {
  const auto found = try_find_first(std::span(&folder, 1), std::vector<std::string>{pattern});
  return found ? hub_shards(*found) : Paths{};
}

void append(Paths& paths, Paths more) { std::ranges::move(more, std::back_inserter(paths)); }

std::string letter_at(std::size_t place) { return std::string(1, static_cast<char>('A' + place)); }

void add_option(Sample& sample, std::string letter, std::string text) {
  if (!text.empty()) sample.options.push_back({std::move(letter), std::move(text)});
}

void set_answer(Sample& sample, std::string answer) {
  if (!answer.empty()) sample.references = {std::move(answer)};
}

Sample mmbench_row(const HubRow& row) {
  Sample sample;
  add_fields(sample, row.value, {"index", "question", "hint", "A", "B", "C", "D", "E", "answer", "category", "L2-category"});
  sample.id = row.text("index");
  sample.question = row.text("question");
  sample.hint = row.text_if_any("hint");
  for (const char* letter : {"A", "B", "C", "D", "E"}) add_option(sample, letter, row.text_if_any(letter));
  set_answer(sample, row.text_if_any("answer"));
  sample.category = row.text_if_any("category");
  if (auto ability = row.text_if_any("L2-category"); !ability.empty()) sample.fields["l2-category"] = std::move(ability);
  sample.images = row.pictures("image");
  return sample;
}

Sample seed_row(const HubRow& row) {
  Sample sample;
  add_fields(sample, row.value, {"question_id", "question", "answer", "choice_a", "choice_b", "choice_c", "choice_d"});
  sample.id = row.text("question_id");
  sample.question = row.text("question");
  for (const char letter : {'a', 'b', 'c', 'd'}) {
    sample.options.push_back({std::string(1, static_cast<char>(letter - 'a' + 'A')), row.text(fmt::format("choice_{}", letter))});
  }
  set_answer(sample, row.text_if_any("answer"));
  if (const auto* type = json::find(row.value, "question_type_id"); type != nullptr && type->IsInt64()) sample.category = seed_dimension(type->GetInt64());
  sample.images = row.pictures("image");
  return sample;
}

/// The options are a text that holds a Python list, and so may be the answer to an open question. "?" stands for none.
Sample mmmu_row(const HubRow& row) {
  constexpr std::size_t kMostPictures = 7, kMostOptions = 26;
  Sample sample;
  add_fields(sample, row.value, {"question", "options", "answer"});
  sample.id = row.text("id");
  sample.question = row.text("question");
  const auto options = python_list(row.text("options"));
  if (!options || options->size() > kMostOptions) throw DataError(fmt::format("{}: \"options\" must be a Python list of up to {} texts, got \"{}\"", row.where(), kMostOptions, row.text("options")));
  for (std::size_t i = 0; i < options->size(); ++i) sample.options.push_back({letter_at(i), (*options)[i]});
  const auto answer = row.text_if_any("answer");
  if (auto several = python_list(answer)) sample.references = *std::move(several);
  else if (answer != "?") set_answer(sample, answer);
  for (std::size_t k = 1; k <= kMostPictures; ++k) std::ranges::move(row.pictures(fmt::format("image_{}", k)), std::back_inserter(sample.images));
  return sample;
}

/// "...?\nOptions: A: left, B: right": the options stand in the question, each behind the letter before it.
void split_mmstar_options(Sample& sample, const std::string& text) {
  constexpr std::string_view kOptions = "\nOptions: A: ";
  const auto begin = text.find(kOptions);
  sample.question = text.substr(0, begin);
  if (begin == std::string::npos) return;
  std::string_view rest = std::string_view(text).substr(begin + kOptions.size());
  while (true) {
    const auto next = fmt::format(", {}: ", letter_at(sample.options.size() + 1));
    const auto end = rest.find(next);
    sample.options.push_back({letter_at(sample.options.size()), std::string(rest.substr(0, end))});
    if (end == std::string_view::npos) return;
    rest.remove_prefix(end + next.size());
  }
}

Sample mmstar_row(const HubRow& row) {
  Sample sample;
  add_fields(sample, row.value, {"index", "question", "answer", "category"});
  sample.id = row.text("index");
  split_mmstar_options(sample, row.text("question"));
  set_answer(sample, row.text_if_any("answer"));
  sample.category = row.text("category");
  sample.images = row.pictures("image");
  return sample;
}

Sample mathvista_row(const HubRow& row) {
  Sample sample = mathvista_sample(row.value, row.where());
  sample.images = row.pictures("decoded_image");
  return sample;
}

Sample hallusion_row(const HubRow& row) {
  Sample sample = hallusion_question(row.value, row.where());
  sample.images = row.pictures("image");
  return sample;
}

Sample scienceqa_row(const HubRow& row) {
  Sample sample = scienceqa_problem(std::to_string(row.index), row.value, row.where());
  sample.images = row.pictures("image");
  return sample;
}

/// The question has its options and a request in it, which `text` keeps.
Sample realworldqa_row(const HubRow& row) {
  Sample sample;
  add_fields(sample, row.value, {"question", "answer"});
  sample.id = std::to_string(row.index);
  set_answer(sample, row.text("answer"));
  sample.fields["text"] = row.text("question");
  split_option_lines(sample, sample.fields["text"]);
  sample.images = row.pictures("image");
  return sample;
}

Sample q_bench_row(const HubRow& row) {
  Sample sample;
  add_fields(sample, row.value, {"question", "option0", "option1", "option2", "option3", "correct_choice"});
  sample.id = std::to_string(row.index);
  sample.question = row.text("question");
  for (std::size_t k = 0; k < 4; ++k) add_option(sample, letter_at(k), row.text_if_any(fmt::format("option{}", k)));
  set_answer(sample, row.text_if_any("correct_choice"));
  sample.images = row.pictures("image");
  return sample;
}

Sample llava_row(const HubRow& row) {
  Sample sample;
  sample.id = row.text("question_id");
  sample.question = row.text("question");
  sample.category = row.text_if_any("category");
  sample.fields["caption"] = fmt::format("{}", fmt::join(scalars_of(row.value, "caption", row.where()), "\n"));
  sample.references = {row.text("gpt_answer")};
  sample.images = row.pictures("image");
  return sample;
}

}  // namespace

std::unique_ptr<SampleSource> open_hub_mmbench(const std::filesystem::path& shard) {
  return open_set(shard, {"index", "question", "A", "B", "answer", "image"}, mmbench_row);
}
std::unique_ptr<SampleSource> open_hub_mmmu(const std::filesystem::path& shard) {
  return open_set(shard, {"id", "question", "options", "answer", "question_type", "image_1", "image_2", "image_3", "image_4", "image_5", "image_6", "image_7"}, mmmu_row);
}
std::unique_ptr<SampleSource> open_hub_mmstar(const std::filesystem::path& shard) {
  return open_set(shard, {"index", "question", "answer", "category", "l2_category", "image"}, mmstar_row);
}
std::unique_ptr<SampleSource> open_hub_mathvista(const std::filesystem::path& shard) {
  return open_set(shard, {"pid", "question", "decoded_image", "choices", "answer", "question_type", "answer_type", "metadata", "query"}, mathvista_row);
}
std::unique_ptr<SampleSource> open_hub_scienceqa(const std::filesystem::path& shard) {
  return open_set(shard, {"image", "question", "choices", "answer", "hint"}, scienceqa_row);
}
std::unique_ptr<SampleSource> open_hub_realworldqa(const std::filesystem::path& shard) { return open_set(shard, {"image", "question", "answer"}, realworldqa_row); }
std::unique_ptr<SampleSource> open_hub_llava_bench(const std::filesystem::path& shard) {
  return open_set(shard, {"question_id", "question", "caption", "gpt_answer", "category", "image"}, llava_row);
}
std::unique_ptr<SampleSource> open_hub_mmvet(const std::filesystem::path& shard) {
  return open_hub_parquet(shard, {.id = "question_id"});
}
std::unique_ptr<SampleSource> open_hub_q_bench(const std::filesystem::path& shard) {
  return open_set(shard, {"image", "question", "option0", "option1", "option2", "option3", "question_type", "question_concern", "correct_choice"}, q_bench_row);
}

std::unique_ptr<SampleSource> open_hub_seed_bench(const std::filesystem::path& shard, SeedKinds kinds) {
  auto all = open_set(shard, {"question_id", "question", "choice_a", "choice_b", "choice_c", "choice_d", "answer", "data_type", "image"}, seed_row);
  if (kinds == SeedKinds::kAll) return all;
  return filtered(std::move(all), [](const Sample& sample) { return sample.fields.at("data_type") == "image"; }, "row with data_type \"image\"");
}

std::unique_ptr<SampleSource> open_hub_hallusion(const std::filesystem::path& shard) {
  Paths shards = hub_shards(shard);
  append(shards, other_shards(shard.parent_path(), "non_image-*.parquet"));
  return std::make_unique<HubSet>(std::move(shards),
                                  std::initializer_list<std::string_view>{"question", "gt_answer", "category", "subcategory", "visual_input", "set_id", "figure_id", "question_id", "image"},
                                  hallusion_row);
}

std::unique_ptr<SampleSource> open_hub_pope(const std::filesystem::path& shard) {
  const auto read = [](const HubRow& row) {
    Sample sample;
    add_fields(sample, row.value, {"question_id", "question", "answer", "category"});
    sample.category = row.text("category");
    sample.id = fmt::format("{}/{}", sample.category, row.text("question_id"));
    sample.question = row.text("question");
    sample.group = row.text("image_source");
    sample.references = {row.text("answer")};
    sample.images = row.pictures("image");
    return sample;
  };
  Paths shards;
  for (const char* category : {"random", "popular", "adversarial"}) {
    if (shard.filename().string().starts_with(category)) shards = other_shards(shard.parent_path(), "random-*.parquet");
  }
  if (shards.empty()) shards = hub_shards(shard);
  else for (const char* other : {"popular-*.parquet", "adversarial-*.parquet"}) append(shards, other_shards(shard.parent_path(), other));
  return std::make_unique<HubSet>(std::move(shards), std::initializer_list<std::string_view>{"question_id", "question", "answer", "category", "image_source", "image"}, read);
}

std::unique_ptr<SampleSource> open_hub_coco_caption(const std::filesystem::path& shard) {
  return open_set(shard, {"question_id", "answer", "image"}, [](const HubRow& row) {
    Sample sample;
    add_fields(sample, row.value, {"question_id", "question", "answer"});
    sample.id = coco_number(row.text("question_id"));
    sample.references = scalars_of(row.value, "answer", row.where());
    sample.images = row.pictures("image");
    return sample;
  });
}

std::unique_ptr<SampleSource> open_hub_flickr30k(const std::filesystem::path& shard) {
  auto all = open_hub_parquet(shard, {.id = "img_id", .question = "", .answers = "caption"});
  if (!all->get(0).fields.contains("split")) return all;
  return filtered(std::move(all), [](const Sample& sample) { const auto split = sample.fields.find("split"); return split != sample.fields.end() && split->second == "test"; },
                  "row with split \"test\"");
}

std::unique_ptr<SampleSource> open_hub_gqa(const std::filesystem::path& shard) {
  const auto set = shard.parent_path().parent_path();
  const auto image_shards = other_shards(set, "testdev_balanced_images/testdev-*.parquet");
  if (image_shards.empty()) throw DataError(fmt::format("{}: no testdev_balanced_images/testdev-*.parquet, which has the pictures", set.string()));
  const auto images = std::make_shared<ParquetRows>(image_shards);
  check_columns(*images, {"id", "image"});
  std::unordered_map<std::string, std::size_t> row_of;
  for (std::size_t i = 0; i < images->size(); ++i) row_of[require_scalar(images->get(i), "id", images->where(i))] = i;
  return open_set(shard, {"imageId", "question", "answer", "fullAnswer"}, [images, row_of = std::move(row_of)](const HubRow& row) {
    Sample sample;
    add_fields(sample, row.value, {"id", "question", "answer"});
    if (const auto* types = json::find(row.value, "types"); types != nullptr && types->IsObject()) {
      for (const auto& type : types->GetObject()) {
        if (auto text = scalar_text(type.value)) sample.fields[fmt::format("types.{}", json::text_of(type.name))] = *std::move(text);
      }
    }
    sample.id = json::find(row.value, "id") != nullptr ? row.text("id") : std::to_string(row.index);
    sample.question = row.text("question");
    sample.references = {row.text("answer")};
    sample.group = row.text("imageId");
    const auto image = row_of.find(sample.group);
    if (image == row_of.end()) throw DataError(fmt::format("{}: no picture has the id \"{}\"", row.where(), sample.group));
    sample.images = images->pictures(images->get(image->second), image->second, "image");
    return sample;
  });
}

}  // namespace assay
