#pragma once
#include <fmt/format.h>

#include <array>
#include <cstdint>
#include <limits>
#include <string>
#include <type_traits>
#include <vector>

#include "harness/base/error.h"
#include "harness/base/json.h"
#include "metrics/score.h"
#include "reports/gate_record.h"

/// Records to JSON and back, both by one list of members: a record has a function `visit_members(record, visit)` that calls
/// `visit("name", member)` for each of them. NaN is null.
namespace assay::record_json {

template <typename T>
struct IsVector : std::false_type {};
template <typename T>
struct IsVector<std::vector<T>> : std::true_type {};
template <typename T>
inline constexpr bool kIsNamed = std::is_same_v<T, Verdict> || std::is_same_v<T, SampleState>;

template <typename T>
json::Value value_of(const T& member, json::Document::AllocatorType& allocator) {
  if constexpr (std::is_same_v<T, std::string>) {
    return json::string_value(member, allocator);
  } else if constexpr (kIsNamed<T>) {
    return json::string_value(name_of(member), allocator);
  } else if constexpr (IsVector<T>::value) {
    json::Value array(rapidjson::kArrayType);
    for (const auto& item : member) array.PushBack(value_of(item, allocator), allocator);
    return array;
  } else if constexpr (std::is_same_v<T, std::size_t>) {
    return json::Value(std::uint64_t{member});
  } else if constexpr (std::is_arithmetic_v<T>) {
    return json::Value(member);
  } else {
    json::Value object(rapidjson::kObjectType);
    visit_members(member, [&](const char* name, const auto& inner) {
      json::Value value = value_of(inner, allocator);
      object.AddMember(json::string_value(name, allocator), value, allocator);
    });
    return object;
  }
}

/// The one of `all` with that name. Throws DataError that lists the names.
template <typename Named, std::size_t N>
Named named(const std::array<Named, N>& all, std::string_view name, std::string_view where) {
  std::string known;
  for (const Named one : all) {
    if (name == name_of(one)) return one;
    known += fmt::format("{}{}", known.empty() ? "" : ", ", name_of(one));
  }
  throw DataError(fmt::format("{}: must be one of {}, got \"{}\"", where, known, name));
}

/// Reads `value` into `member`. Throws DataError with the place.
template <typename T>
void read_into(T& member, const json::Value& value, const std::string& where) {
  const auto must_be = [&](bool is_so, const char* what) {
    if (!is_so) throw DataError(fmt::format("{}: must be {}", where, what));
  };
  if constexpr (std::is_same_v<T, std::string>) {
    must_be(value.IsString(), "a string");
    member = json::text_of(value);
  } else if constexpr (kIsNamed<T>) {
    must_be(value.IsString(), "a string");
    if constexpr (std::is_same_v<T, Verdict>)
      member = named(kVerdicts, json::text_of(value), where);
    else
      member = named(kSampleStates, json::text_of(value), where);
  } else if constexpr (IsVector<T>::value) {
    must_be(value.IsArray(), "an array");
    member.clear();
    for (rapidjson::SizeType i = 0; i < value.Size(); ++i)
      read_into(member.emplace_back(), value[i], fmt::format("{}[{}]", where, i));
  } else if constexpr (std::is_same_v<T, bool>) {
    must_be(value.IsBool(), "true or false");
    member = value.GetBool();
  } else if constexpr (std::is_floating_point_v<T>) {
    must_be(value.IsNumber() || value.IsNull(), "a number or null");
    member = value.IsNull() ? std::numeric_limits<T>::quiet_NaN() : value.GetDouble();
  } else if constexpr (std::is_integral_v<T>) {
    must_be(value.IsInt64() && (std::is_signed_v<T> || value.GetInt64() >= 0),
            std::is_signed_v<T> ? "an integer" : "an integer of 0 or more");
    member = static_cast<T>(value.GetInt64());
  } else {
    must_be(value.IsObject(), "an object");
    visit_members(member, [&](const char* name, auto& inner) {
      read_into(inner, json::require(value, name, where), fmt::format("{}.{}", where, name));
    });
  }
}

/// `{"schema": ..., members}` as a file.
template <typename Record>
std::string write(const Record& record, const char* schema) {
  json::Document document;
  auto& allocator = document.GetAllocator();
  document.SetObject();
  document.AddMember("schema", json::string_value(schema, allocator), allocator);
  visit_members(record, [&](const char* name, const auto& member) {
    json::Value value = value_of(member, allocator);
    document.AddMember(json::string_value(name, allocator), value, allocator);
  });
  return json::dump_pretty(document) + "\n";
}

template <typename Record>
Record read(std::string_view text, std::string_view where, const char* schema) {
  const auto document = json::parse(text, where);
  const std::string came = json::require_string(document, "schema", where);
  if (came != schema) throw DataError(fmt::format("{}: \"schema\" must be \"{}\", got \"{}\"", where, schema, came));
  Record record;
  visit_members(record, [&](const char* name, auto& member) {
    read_into(member, json::require(document, name, where), fmt::format("{}: {}", where, name));
  });
  return record;
}

}  // namespace assay::record_json
