#pragma once
#include <rapidjson/document.h>

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>

/// RapidJSON with our errors: every failure is a DataError that says where, what was expected and what came.
/// `where` is a file, or a file and a place in it ("val.json: data[3]").
namespace assay::json {

using Document = rapidjson::Document;
using Value = rapidjson::Value;

/// Throws DataError "where:line:column: ..." for text that is not JSON. Nested too deep (over 512) is an error, not a crash.
[[nodiscard]] Document parse(std::string_view text, std::string_view where);
[[nodiscard]] Document parse_file(const std::filesystem::path& path);

/// The member named `key`, or null when there is none (or `object` is no object).
[[nodiscard]] const Value* find(const Value& object, std::string_view key);

/// Members that must be there and of that type.
[[nodiscard]] const Value& require(const Value& object, std::string_view key, std::string_view where);
[[nodiscard]] std::string require_string(const Value& object, std::string_view key, std::string_view where);
[[nodiscard]] std::int64_t require_int(const Value& object, std::string_view key, std::string_view where);
[[nodiscard]] const Value& require_array(const Value& object, std::string_view key, std::string_view where);

/// Members that may be absent or null.
[[nodiscard]] std::string string_or(const Value& object, std::string_view key, std::string_view fallback);
[[nodiscard]] std::int64_t int_or(const Value& object, std::string_view key, std::int64_t fallback);
[[nodiscard]] double double_or(const Value& object, std::string_view key, double fallback);
[[nodiscard]] bool bool_or(const Value& object, std::string_view key, bool fallback);

/// A string value's text, with embedded NULs kept.
[[nodiscard]] inline std::string_view text_of(const Value& value) { return {value.GetString(), value.GetStringLength()}; }

/// One line, or indented by two spaces. NaN and infinities become null; text that is not UTF-8 is written with U+FFFD in its place.
[[nodiscard]] std::string dump(const Value& value);
[[nodiscard]] std::string dump_pretty(const Value& value);
/// A text as a JSON string, in its quotes.
[[nodiscard]] std::string dump_string(std::string_view text);

/// A copy of `text` owned by `document`, broken UTF-8 replaced by U+FFFD.
[[nodiscard]] Value string_value(std::string_view text, Document::AllocatorType& allocator);

}  // namespace assay::json
