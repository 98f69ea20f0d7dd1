#include "datasets/json_rows.h"

#include <algorithm>
#include <utility>

#include "datasets/utf8_check.h"
#include "harness/base/digest.h"
#include "harness/base/error.h"

namespace assay {
namespace {

constexpr std::size_t kBlockBytes = std::size_t{1} << 20;
constexpr std::string_view kMark = "\xEF\xBB\xBF";

bool is_blank(char c) { return c == ' ' || c == '\t' || c == '\r' || c == '\n'; }

}  // namespace

/// Follows brackets and strings, byte by byte, and notes where values of the first three levels begin and end. It takes a file for JSON:
/// what is wrong inside a row shows when that row is parsed.
class JsonRowScan {
 public:
  JsonRowScan(std::vector<std::string> keys, bool is_lines) : wanted_(std::move(keys)), has_many_roots_(is_lines) {
    for (const auto& key : wanted_) longest_wanted_ = std::max(longest_wanted_, key.size());
  }

  void feed(char c, std::uint64_t at) {
    if (c == '\n') ++line_;
    if (in_string_) return feed_string(c, at);
    if (is_blank(c)) return end_scalar(at);
    switch (c) {
      case '"': begin_value(at); in_string_ = true; string_start_ = at; break;
      case '{':
      case '[': begin_value(at); open(c); break;
      case '}':
      case ']': end_scalar(at); close(at + 1); break;
      case ',': end_scalar(at); has_key_ = has_key_ && depth_ != 1; break;
      case ':': take_key(); break;
      default: begin_value(at); in_scalar_ = true;
    }
  }

  void finish(std::uint64_t size) { end_scalar(size); }
  [[nodiscard]] bool is_complete() const { return depth_ == 0 && !in_string_ && !is_broken_; }

  /// Which of the levels the rows are.
  [[nodiscard]] std::vector<JsonRows::Row> rows() {
    if (found_wanted_) return std::move(wanted_rows_);
    return std::move(has_many_roots_ ? roots_ : members_);
  }

 private:
  using Row = JsonRows::Row;

  void feed_string(char c, std::uint64_t at) {
    if (is_escaped_) is_escaped_ = false;
    else if (c == '\\') is_escaped_ = true;
    else if (c == '"') {
      in_string_ = false;
      last_string_ = {string_start_ + 1, at - string_start_ - 1};
      end_value(at + 1);
    } else if (depth_ == 1 && !has_key_ && root_is_object_ && key_text_.size() <= longest_wanted_) {
      key_text_ += c;
    }
  }

  void open(char c) {
    if (depth_ == 0) root_is_object_ = c == '{', has_key_ = false;
    const bool is_member_list = depth_ == 1 && c == '[' && root_is_object_ && has_key_;
    if (is_member_list && std::ranges::find(wanted_, key_text_) != wanted_.end()) in_wanted_ = found_wanted_ = true;
    ++depth_;
  }
  void close(std::uint64_t end) {
    if (depth_ == 0) {
      is_broken_ = true;
      return;
    }
    --depth_;
    if (depth_ == 1) in_wanted_ = false;
    end_value(end);
  }

  /// Inside an object a string before a colon is no value, but the name of one.
  void take_key() {
    if (depth_ != 1 || !root_is_object_) return;
    key_ = last_string_;
    has_key_ = true;
    if (!members_.empty() && members_.back().value.offset + 1 == key_.offset) members_.pop_back();
  }

  std::vector<Row>* level() {
    if (depth_ == 0) return &roots_;
    if (depth_ == 1) return has_many_roots_ ? nullptr : &members_;
    return depth_ == 2 && in_wanted_ ? &wanted_rows_ : nullptr;
  }
  void begin_value(std::uint64_t at) {
    if (in_scalar_) return;
    if (depth_ == 1 && root_is_object_ && !has_key_) key_text_.clear();
    if (depth_ == 0 && !roots_.empty()) has_many_roots_ = true, members_.clear();
    if (auto* rows = level()) rows->push_back({{at, 0}, depth_ == 1 && has_key_ ? key_ : JsonRows::Span{}, line_});
  }
  void end_value(std::uint64_t end) {
    auto* rows = level();
    if (rows != nullptr && !rows->empty() && rows->back().value.length == 0) rows->back().value.length = end - rows->back().value.offset;
  }
  void end_scalar(std::uint64_t end) {
    if (!in_scalar_) return;
    in_scalar_ = false;
    end_value(end);
  }

  std::vector<std::string> wanted_;
  std::size_t longest_wanted_ = 0;
  std::string key_text_;
  std::vector<Row> roots_, members_, wanted_rows_;
  JsonRows::Span last_string_, key_;
  std::uint64_t line_ = 1, string_start_ = 0;
  std::size_t depth_ = 0;
  bool in_string_ = false, is_escaped_ = false, in_scalar_ = false, has_key_ = false;
  bool has_many_roots_, root_is_object_ = false, in_wanted_ = false, found_wanted_ = false, is_broken_ = false;
};

JsonRows::JsonRows(std::filesystem::path path, std::vector<std::string> keys) : file_(std::move(path)) {
  Digest digest;
  JsonRowScan scan(keys, file_.path().extension() == ".jsonl");
  std::string block(kBlockBytes, '\0');
  std::uint64_t base = 0;
  while (const auto got = file_.read_into(block.data(), base, block.size())) {
    const auto bytes = std::string_view(block).substr(0, got);
    digest.add(bytes);
    for (std::size_t i = base == 0 && bytes.starts_with(kMark) ? kMark.size() : 0; i < got; ++i) scan.feed(bytes[i], base + i);
    base += got;
  }
  scan.finish(base);
  digest_ = digest.hex();
  const auto name = file_.path().string();
  if (!scan.is_complete()) throw DataError(fmt::format("{}: not JSON: a bracket or a quote is open or closed once too often", name));
  rows_ = scan.rows();
  if (rows_.empty()) throw DataError(fmt::format("{}: no rows in the file", name));
}

json::Document JsonRows::get(std::size_t i, bool must_be_object) const {
  const auto& span = rows_.at(i).value;
  const auto text = file_.read(span.offset, span.length);
  if (const auto bad = first_invalid_utf8(text); bad != std::string::npos) {
    throw DataError(fmt::format("{}: not UTF-8 at byte {} of the row", where(i), bad));
  }
  auto document = json::parse(text, where(i));
  if (must_be_object && !document.IsObject()) throw DataError(fmt::format("{}: expected a JSON object, got {}", where(i), text.substr(0, 40)));
  return document;
}

std::string JsonRows::key(std::size_t i) const {
  const auto& span = rows_.at(i).key;
  return span.length == 0 ? std::string() : file_.read(span.offset, span.length);
}

std::string JsonRows::where(std::size_t i) const { return fmt::format("{}:{}", path().string(), rows_.at(i).line); }

}  // namespace assay
