#include "datasets/json_lines.h"

#include <algorithm>
#include <utility>

#include "datasets/json_sample.h"
#include "harness/base/digest.h"
#include "harness/base/error.h"

namespace assay {
namespace {

constexpr std::size_t kBlockBytes = std::size_t{1} << 20;
constexpr std::string_view kBlank = " \t\r\n";

}  // namespace

JsonLines::JsonLines(std::filesystem::path path) : file_(std::move(path)) {
  Digest digest;
  std::string block(kBlockBytes, '\0');
  std::uint64_t base = 0, line_start = 0, number = 1;
  bool is_blank = true;
  while (const auto got = file_.read_into(block.data(), base, block.size())) {
    const auto bytes = std::string_view(block).substr(0, got);
    digest.add(bytes);
    for (std::size_t from = 0; from < got;) {
      const auto end = std::min(bytes.find('\n', from), got);
      is_blank = is_blank && bytes.substr(from, end - from).find_first_not_of(kBlank) == std::string_view::npos;
      if (end == got) break;
      add_line(line_start, base + end, number++, is_blank);
      line_start = base + end + 1;
      is_blank = true;
      from = end + 1;
    }
    base += got;
  }
  add_line(line_start, base, number, is_blank);
  digest_ = digest.hex();
}

void JsonLines::add_line(std::uint64_t start, std::uint64_t end, std::uint64_t number, bool is_blank) {
  if (!is_blank) lines_.push_back({start, end - start, number});
}

std::string JsonLines::where(std::size_t i) const { return fmt::format("{}:{}", path().string(), lines_.at(i).number); }

json::Document JsonLines::get(std::size_t i) const {
  const auto& line = lines_.at(i);
  const auto text = file_.read(line.offset, line.length);
  check_utf8(text, where(i));
  auto document = json::parse(i == 0 ? without_byte_order_mark(text) : text, where(i));
  if (!document.IsObject()) throw DataError(fmt::format("{}: expected a JSON object on each line", where(i)));
  return document;
}

}  // namespace assay
