#include "datasets/vlmevalkit_tsv.h"

#include <algorithm>
#include <array>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "datasets/delimited_table.h"
#include "datasets/python_literal.h"
#include "datasets/vlmevalkit_row.h"
#include "harness/base/digest.h"
#include "harness/base/error.h"

namespace assay {
namespace {

/// A picture cell of up to this many letters names another row; Source: VLMEvalKit, ImageBaseDataset.__init__.
constexpr std::size_t kLongestReference = 64;
/// In the file such a cell takes at most this many bytes: four a letter, all of them doubled quotes, and the outer quotes.
constexpr std::size_t kLongestReferenceBytes = kLongestReference * 4 * 2 + 2;

std::size_t count_letters(std::string_view text) {
  return static_cast<std::size_t>(std::ranges::count_if(text, [](char c) { return (static_cast<unsigned char>(c) & 0xC0u) != 0x80u; }));
}

/// The folder below `images/` that VLMEvalKit keeps a data set's pictures in; families share one.
std::string image_folder_name(std::string name) {
  if (name.ends_with("_local")) name.resize(name.size() - std::string_view("_local").size());
  if (name == "COCO_VAL") return "COCO";
  for (const auto* family : {"OCRVQA", "MMMU"}) {
    if (name.starts_with(family)) return family;
  }
  if (name.starts_with("MMBench_DEV") || name.starts_with("MMBench_TEST")) return name.ends_with("_V11") ? "MMBench_V11" : "MMBench";
  return name;
}

/// The texts between quotes in a Python list of base64 texts, as parts of `cell`. Base64 has no quotes, so runs of them are the boundaries,
/// doubled by the cell's own quoting or not.
std::vector<std::string_view> list_payloads(std::string_view cell) {
  std::vector<std::string_view> payloads;
  constexpr std::string_view kQuotes = "'\"";
  for (auto at = cell.find_first_of(kQuotes); at != std::string_view::npos;) {
    const auto start = cell.find_first_not_of(kQuotes, at);
    if (start == std::string_view::npos) break;
    const auto end = cell.find_first_of(kQuotes, start);
    if (end == std::string_view::npos) break;
    payloads.push_back(cell.substr(start, end - start));
    const auto behind = cell.find_first_not_of(kQuotes, end);
    at = behind == std::string_view::npos ? behind : cell.find_first_of(kQuotes, behind);
  }
  return payloads;
}

/// Which rows have the same picture cell, byte by byte. Many sets write a picture out again for each question on it, and it is to be one picture: encoded
/// once, and one cluster for the statistics. Only cells of the same length are read.
class PictureTwins {
 public:
  PictureTwins(const DelimitedTable& table, std::size_t column) : table_(table), column_(column) {}

  /// The first of the rows given so far with this one's cell, or the row itself.
  std::size_t first_like(std::size_t row) {
    auto& alike = by_length_[table_.slice(row, column_).length];
    if (!alike.empty()) {
      if (alike.front().digest.empty()) alike.front().digest = digest(alike.front().row);
      auto own = digest(row);
      for (const auto& other : alike)
        if (other.digest == own) return firsts_[row] = other.row;
      alike.push_back({row, std::move(own)});
    } else {
      alike.push_back({row, ""});
    }
    return row;
  }
  /// What first_like gave for a row.
  [[nodiscard]] std::size_t known_first(std::size_t row) const {
    const auto found = firsts_.find(row);
    return found == firsts_.end() ? row : found->second;
  }

 private:
  struct First {
    std::size_t row;
    std::string digest;  ///< empty until another cell of the same length is seen
  };
  [[nodiscard]] std::string digest(std::size_t row) const {
    const auto [offset, length] = table_.slice(row, column_);
    return digest_of(table_.read(offset, length));
  }

  const DelimitedTable& table_;
  std::size_t column_;
  std::unordered_map<std::uint64_t, std::vector<First>> by_length_;
  std::unordered_map<std::size_t, std::size_t> firsts_;  ///< of the rows that are not their own
};

class VlmEvalKitTsv : public SampleSource {
 public:
  VlmEvalKitTsv(const std::filesystem::path& tsv, const TsvOptions& options)
      : options_(options), table_(tsv, TableOptions{.separator = '\t', .opaque_columns = {"image"}}),
        columns_(table_.columns(), tsv.string()), index_(columns_.index()), image_(columns_.image()), image_path_(columns_.image_path()),
        has_answers_(columns_.answer() && table_.column_type(*columns_.answer()) != ColumnType::kAllMissing) {
    check_pictures();
    if (options_.image_root.empty()) options_.image_root = tsv.parent_path() / "images" / image_folder_name(tsv.stem().string());
    index_rows();
    if (rows_.empty()) throw DataError(fmt::format("{}: no row with a picture below the header", tsv.string()));
  }

  [[nodiscard]] std::size_t size() const override { return rows_.size(); }
  [[nodiscard]] std::string digest() const override { return table_.digest(); }
  [[nodiscard]] std::vector<std::filesystem::path> paths() const override { return {table_.path()}; }

  [[nodiscard]] Sample get(std::size_t i) const override {
    const auto [row, image_row] = rows_.at(i);
    const auto cell = [&, in_row = row](std::size_t column) { return table_.text(in_row, column); };
    Sample sample = columns_.sample(cell, has_answers_, options_.answer_lists);
    if (image_row != kNone) sample.images = images(row, image_row);
    return sample;
  }

 private:
  static constexpr std::size_t kNone = static_cast<std::size_t>(-1);
  struct Row {
    std::size_t row;
    std::size_t image_row;  ///< the row whose cell has the picture; kNone: without
  };

  void check_pictures() const {
    if (!image_ && !image_path_ && !options_.keep_rows_without_image) {
      throw DataError(fmt::format("{}: no column \"image\" or \"image_path\"; found: {}", table_.path().string(), column_list(table_.columns())));
    }
  }

  enum class Cell { kMissing, kReference, kPicture };

  /// What stands in a row's picture cell; a reference's text goes to `reference`.
  Cell look_at(std::size_t row, std::string& reference) const {
    const auto column = image_ ? *image_ : *image_path_;
    if (image_ && table_.slice(row, column).length > kLongestReferenceBytes) return Cell::kPicture;
    reference = table_.cell(row, column);
    if (is_pandas_na(reference)) return Cell::kMissing;
    return image_ && count_letters(reference) <= kLongestReference ? Cell::kReference : Cell::kPicture;
  }

  void index_rows() {
    std::unordered_map<std::string, std::size_t> row_of_index;
    std::vector<std::pair<std::size_t, std::string>> references;  // place in rows_, index of the row it refers to
    PictureTwins twins(table_, image_.value_or(0));
    for (std::size_t row = 0; row < table_.row_count(); ++row) {
      auto index = table_.text(row, index_);
      if (!index) throw DataError(fmt::format("{}: the index is missing", table_.where(row, index_)));
      const auto [other, is_new] = row_of_index.emplace(std::move(*index), row);
      if (!is_new) throw DataError(fmt::format("{}: index \"{}\" comes twice; first on line {}", table_.where(row, index_), other->first, table_.line(other->second)));
      std::string reference;
      const auto kind = image_ || image_path_ ? look_at(row, reference) : Cell::kMissing;
      if (kind == Cell::kMissing && !options_.keep_rows_without_image) continue;
      if (kind == Cell::kReference) references.emplace_back(rows_.size(), std::move(reference));
      rows_.push_back({row, kind == Cell::kMissing ? kNone : image_ && kind == Cell::kPicture ? twins.first_like(row) : row});
    }
    for (const auto& [place, index] : references) rows_[place].image_row = twins.known_first(resolve(rows_[place].row, index, row_of_index));
  }

  std::size_t resolve(std::size_t row, const std::string& index, const std::unordered_map<std::string, std::size_t>& row_of_index) const {
    const auto fail = [&](std::string_view why) {
      return DataError(fmt::format("{}: the cell \"{}\" is too short for a picture, so it must be the index of the row that has it; {}",
                                   table_.where(row, *image_), index, why));
    };
    const auto found = row_of_index.find(index);
    if (found == row_of_index.end()) throw fail("no row has that index");
    std::string unused;
    if (look_at(found->second, unused) != Cell::kPicture) throw fail(fmt::format("the row on line {} has no picture either", table_.line(found->second)));
    return found->second;
  }

  std::vector<ImageRef> images(std::size_t row, std::size_t image_row) const {
    if (image_path_) return path_images(row);
    auto [offset, length] = table_.slice(image_row, *image_);
    const auto name = table_.where(image_row, *image_);
    const auto head = table_.read(offset, std::min<std::uint64_t>(length, 2));
    if (head.starts_with('"') && length >= 2) {
      offset += 1;
      length -= 2;
    }
    const bool is_list = head.starts_with('[') || head == "\"[";
    if (!is_list) return {{table_.path(), offset, length, ImageRef::Encoding::kBase64, name}};
    const auto cell = table_.read(offset, length);
    std::vector<ImageRef> images;
    for (const auto payload : list_payloads(cell)) {
      const auto at = static_cast<std::uint64_t>(payload.data() - cell.data());
      images.push_back({table_.path(), offset + at, payload.size(), ImageRef::Encoding::kBase64, fmt::format("{}[{}]", name, images.size())});
    }
    if (images.empty()) throw DataError(fmt::format("{}: a list without pictures", name));
    return images;
  }

  std::vector<ImageRef> path_images(std::size_t row) const {
    const auto cell = table_.text(row, *image_path_).value_or("");
    auto names = python_list(cell);
    if (!names) names = std::vector<std::string>{cell};
    std::vector<ImageRef> images;
    for (const auto& name : *names) {
      const std::filesystem::path path = options_.image_root / name;  // an absolute name replaces the root
      images.push_back({path, 0, 0, ImageRef::Encoding::kRaw, path.string(), name});
    }
    return images;
  }

  TsvOptions options_;
  DelimitedTable table_;
  VlmEvalKitColumns columns_;
  std::size_t index_;
  std::optional<std::size_t> image_, image_path_;
  bool has_answers_;
  std::vector<Row> rows_;
};

}  // namespace

std::unique_ptr<SampleSource> open_vlmevalkit_tsv(const std::filesystem::path& tsv, const TsvOptions& options) {
  return std::make_unique<VlmEvalKitTsv>(tsv, options);
}

}  // namespace assay
