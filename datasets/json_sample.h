#pragma once
#include <filesystem>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "datasets/sample.h"
#include "harness/base/json.h"

namespace assay {

/// A text, number or boolean as Python's str() prints it; nothing for null, arrays and objects.
[[nodiscard]] std::optional<std::string> scalar_text(const json::Value& value);

/// The member `key`, which must be a text or a number. Throws DataError with `where`.
[[nodiscard]] std::string require_scalar(const json::Value& object, std::string_view key, std::string_view where);

/// The texts of a member that is one scalar or an array of scalars; none when it is absent or null. Throws DataError for anything else.
[[nodiscard]] std::vector<std::string> scalars_of(const json::Value& object, std::string_view key, std::string_view where);

/// Copies every member not named in `known` to sample.fields: scalars as text, arrays of scalars joined by ", ", nothing else.
void add_fields(Sample& sample, const json::Value& object, std::initializer_list<std::string_view> known);

/// "file: data[3]", for messages.
[[nodiscard]] std::string place_in(std::string_view file, std::string_view array, std::size_t i);

/// A whole file as JSON, and the digest of its bytes.
struct JsonFile {
  json::Document document;
  std::string digest;
};

/// Throws DataError for what is not UTF-8 (with the line) and what is not JSON; a byte order mark is skipped.
[[nodiscard]] JsonFile read_json_file(const std::filesystem::path& path);

/// Throws DataError "where: line 3: not UTF-8" (without the line where `text` is one).
void check_utf8(std::string_view text, std::string_view where);

/// `text` without a UTF-8 byte order mark in front: tools on Windows write one.
[[nodiscard]] std::string_view without_byte_order_mark(std::string_view text);

}  // namespace assay
