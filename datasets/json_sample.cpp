#include "datasets/json_sample.h"

#include <algorithm>

#include "datasets/pandas_types.h"
#include "datasets/utf8_check.h"
#include "harness/base/digest.h"
#include "harness/base/error.h"
#include "harness/base/file.h"

namespace assay {

std::optional<std::string> scalar_text(const json::Value& value) {
  if (value.IsString()) return std::string(json::text_of(value));
  if (value.IsBool()) return value.GetBool() ? "True" : "False";
  if (value.IsInt64()) return fmt::to_string(value.GetInt64());
  if (value.IsUint64()) return fmt::to_string(value.GetUint64());
  if (value.IsNumber()) return python_float_text(value.GetDouble());
  return std::nullopt;
}

std::string require_scalar(const json::Value& object, std::string_view key, std::string_view where) {
  auto text = scalar_text(json::require(object, key, where));
  if (!text) throw DataError(fmt::format("{}: \"{}\" must be a text or a number", where, key));
  return std::move(*text);
}

std::vector<std::string> scalars_of(const json::Value& object, std::string_view key, std::string_view where) {
  const auto* value = json::find(object, key);
  if (value == nullptr || value->IsNull()) return {};
  if (auto text = scalar_text(*value)) return {std::move(*text)};
  if (!value->IsArray()) throw DataError(fmt::format("{}: \"{}\" must be a text, a number or a list of them", where, key));
  std::vector<std::string> texts;
  for (const auto& element : value->GetArray()) {
    auto text = scalar_text(element);
    if (!text) throw DataError(fmt::format("{}: \"{}\" must hold texts or numbers", where, key));
    texts.push_back(std::move(*text));
  }
  return texts;
}

void add_fields(Sample& sample, const json::Value& object, std::initializer_list<std::string_view> known) {
  for (const auto& member : object.GetObject()) {
    const auto name = json::text_of(member.name);
    if (std::ranges::find(known, name) != known.end()) continue;
    if (auto text = scalar_text(member.value)) {
      sample.fields.emplace(name, std::move(*text));
    } else if (member.value.IsArray()) {
      std::vector<std::string> texts;
      for (const auto& element : member.value.GetArray()) {
        if (auto part = scalar_text(element)) texts.push_back(std::move(*part));
      }
      if (texts.size() == member.value.Size()) sample.fields.emplace(name, fmt::format("{}", fmt::join(texts, ", ")));
    }
  }
}

std::string place_in(std::string_view file, std::string_view array, std::size_t i) { return fmt::format("{}: {}[{}]", file, array, i); }

void check_utf8(std::string_view text, std::string_view where) {
  const auto at = first_invalid_utf8(text);
  if (at == std::string_view::npos) return;
  const auto line = 1 + std::ranges::count(text.substr(0, at), '\n');
  const bool is_one_line = text.find('\n') == std::string_view::npos;
  throw DataError(fmt::format("{}: {}the text is not UTF-8 at byte {}", where, is_one_line ? "" : fmt::format("line {}: ", line), at));
}

JsonFile read_json_file(const std::filesystem::path& path) {
  const auto text = read_file(path);
  check_utf8(text, path.string());
  return {json::parse(without_byte_order_mark(text), path.string()), digest_of(text)};
}

std::string_view without_byte_order_mark(std::string_view text) {
  constexpr std::string_view kMark = "\xEF\xBB\xBF";
  return text.starts_with(kMark) ? text.substr(kMark.size()) : text;
}

}  // namespace assay
