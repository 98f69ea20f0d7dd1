#include "harness/base/json.h"

#include <rapidjson/error/en.h>
#include <rapidjson/prettywriter.h>
#include <rapidjson/stringbuffer.h>
#include <rapidjson/writer.h>

#include <algorithm>
#include <cmath>

#include "harness/base/error.h"
#include "harness/base/file.h"
#include "harness/base/utf8.h"

namespace assay::json {
namespace {

constexpr std::size_t kDeepestNesting = 512;

const char* type_name(const Value& value) {
  switch (value.GetType()) {
    case rapidjson::kNullType: return "null";
    case rapidjson::kFalseType:
    case rapidjson::kTrueType: return "a boolean";
    case rapidjson::kObjectType: return "an object";
    case rapidjson::kArrayType: return "an array";
    case rapidjson::kStringType: return "a string";
    case rapidjson::kNumberType: return value.IsInt64() ? "an integer" : "a number";
  }
  return "?";
}

DataError wrong_type(std::string_view where, std::string_view key, const char* expected, const Value& came) {
  return DataError(fmt::format("{}: \"{}\" must be {}, got {}", where, key, expected, type_name(came)));
}

/// Counts brackets outside strings, so that a hostile file cannot exhaust the stack in the parser or in a destructor.
bool nests_too_deep(std::string_view text) {
  std::size_t depth = 0;
  bool in_string = false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (in_string) {
      if (c == '\\') ++i;
      else if (c == '"') in_string = false;
    } else if (c == '"') {
      in_string = true;
    } else if (c == '[' || c == '{') {
      if (++depth > kDeepestNesting) return true;
    } else if ((c == ']' || c == '}') && depth > 0) {
      --depth;
    }
  }
  return false;
}

/// Writes doubles that JSON has no word for as null.
template <typename Base>
struct NullForNan : Base {
  using Base::Base;
  bool Double(double d) { return std::isfinite(d) ? Base::Double(d) : Base::Null(); }
};

}  // namespace

Document parse(std::string_view text, std::string_view where) {
  if (nests_too_deep(text)) throw DataError(fmt::format("{}: JSON nested deeper than {} levels", where, kDeepestNesting));
  Document document;
  document.Parse<rapidjson::kParseFullPrecisionFlag>(text.data(), text.size());
  if (document.HasParseError()) {
    const auto offset = std::min(document.GetErrorOffset(), text.size());
    const auto before = text.substr(0, offset);
    const auto line = 1 + std::count(before.begin(), before.end(), '\n');
    const auto last_break = before.rfind('\n');
    const auto column = offset - (last_break == std::string_view::npos ? 0 : last_break + 1) + 1;
    throw DataError(fmt::format("{}:{}:{}: not JSON: {}", where, line, column, rapidjson::GetParseError_En(document.GetParseError())));
  }
  return document;
}

Document parse_file(const std::filesystem::path& path) { return parse(read_file(path), path.string()); }

const Value* find(const Value& object, std::string_view key) {
  if (!object.IsObject()) return nullptr;
  const auto member = object.FindMember(Value(rapidjson::StringRef(key.data(), static_cast<rapidjson::SizeType>(key.size()))));
  return member == object.MemberEnd() ? nullptr : &member->value;
}

const Value& require(const Value& object, std::string_view key, std::string_view where) {
  if (!object.IsObject()) throw DataError(fmt::format("{}: expected an object with \"{}\", got {}", where, key, type_name(object)));
  const Value* value = find(object, key);
  if (value == nullptr) throw DataError(fmt::format("{}: no \"{}\"", where, key));
  return *value;
}

std::string require_string(const Value& object, std::string_view key, std::string_view where) {
  const Value& value = require(object, key, where);
  if (!value.IsString()) throw wrong_type(where, key, "a string", value);
  return std::string(text_of(value));
}

std::int64_t require_int(const Value& object, std::string_view key, std::string_view where) {
  const Value& value = require(object, key, where);
  if (!value.IsInt64()) throw wrong_type(where, key, "an integer", value);
  return value.GetInt64();
}

const Value& require_array(const Value& object, std::string_view key, std::string_view where) {
  const Value& value = require(object, key, where);
  if (!value.IsArray()) throw wrong_type(where, key, "an array", value);
  return value;
}

std::string string_or(const Value& object, std::string_view key, std::string_view fallback) {
  const Value* value = find(object, key);
  return value != nullptr && value->IsString() ? std::string(text_of(*value)) : std::string(fallback);
}

std::int64_t int_or(const Value& object, std::string_view key, std::int64_t fallback) {
  const Value* value = find(object, key);
  return value != nullptr && value->IsInt64() ? value->GetInt64() : fallback;
}

double double_or(const Value& object, std::string_view key, double fallback) {
  const Value* value = find(object, key);
  return value != nullptr && value->IsNumber() ? value->GetDouble() : fallback;
}

bool bool_or(const Value& object, std::string_view key, bool fallback) {
  const Value* value = find(object, key);
  return value != nullptr && value->IsBool() ? value->GetBool() : fallback;
}

std::string dump(const Value& value) {
  rapidjson::StringBuffer buffer;
  NullForNan<rapidjson::Writer<rapidjson::StringBuffer>> writer(buffer);
  value.Accept(writer);
  return {buffer.GetString(), buffer.GetSize()};
}

std::string dump_pretty(const Value& value) {
  rapidjson::StringBuffer buffer;
  NullForNan<rapidjson::PrettyWriter<rapidjson::StringBuffer>> writer(buffer);
  writer.SetIndent(' ', 2);
  value.Accept(writer);
  return {buffer.GetString(), buffer.GetSize()};
}

std::string dump_string(std::string_view text) {
  Document document;
  return dump(string_value(text, document.GetAllocator()));
}

Value string_value(std::string_view text, Document::AllocatorType& allocator) {
  const std::string clean = replace_invalid_utf8(text);
  return Value(clean.data(), static_cast<rapidjson::SizeType>(clean.size()), allocator);
}

}  // namespace assay::json
