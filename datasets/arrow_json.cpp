#include "datasets/arrow_json.h"

#include <arrow/api.h>

namespace assay {
namespace {

using Allocator = json::Document::AllocatorType;

template <typename ArrowArray>
json::Value number(const arrow::Array& array, std::int64_t row) {
  return json::Value(static_cast<const ArrowArray&>(array).Value(row));
}
template <typename ArrowArray>
json::Value small_int(const arrow::Array& array, std::int64_t row) {
  return json::Value(static_cast<std::int64_t>(static_cast<const ArrowArray&>(array).Value(row)));
}
template <typename ArrowArray>
json::Value text(const arrow::Array& array, std::int64_t row, Allocator& allocator) {
  return json::string_value(static_cast<const ArrowArray&>(array).GetView(row), allocator);
}
template <typename ArrowArray>
json::Value list(const arrow::Array& array, std::int64_t row, Allocator& allocator) {
  const auto& lists = static_cast<const ArrowArray&>(array);
  json::Value values(rapidjson::kArrayType);
  for (auto i = static_cast<std::int64_t>(lists.value_offset(row)), end = i + lists.value_length(row); i < end; ++i) {
    values.PushBack(arrow_value(*lists.values(), i, allocator), allocator);
  }
  return values;
}

json::Value structure(const arrow::StructArray& array, std::int64_t row, Allocator& allocator) {
  json::Value object(rapidjson::kObjectType);
  for (int i = 0; i < array.num_fields(); ++i) {
    object.AddMember(json::string_value(array.struct_type()->field(i)->name(), allocator), arrow_value(*array.field(i), row, allocator), allocator);
  }
  return object;
}

}  // namespace

json::Value arrow_value(const arrow::Array& array, std::int64_t row, Allocator& allocator) {
  if (array.IsNull(row)) return json::Value();
  switch (array.type_id()) {
    case arrow::Type::NA:
    case arrow::Type::BINARY:
    case arrow::Type::LARGE_BINARY:
    case arrow::Type::FIXED_SIZE_BINARY: return json::Value();
    case arrow::Type::BOOL: return json::Value(static_cast<const arrow::BooleanArray&>(array).Value(row));
    case arrow::Type::INT8: return small_int<arrow::Int8Array>(array, row);
    case arrow::Type::INT16: return small_int<arrow::Int16Array>(array, row);
    case arrow::Type::INT32: return small_int<arrow::Int32Array>(array, row);
    case arrow::Type::INT64: return number<arrow::Int64Array>(array, row);
    case arrow::Type::UINT8: return small_int<arrow::UInt8Array>(array, row);
    case arrow::Type::UINT16: return small_int<arrow::UInt16Array>(array, row);
    case arrow::Type::UINT32: return small_int<arrow::UInt32Array>(array, row);
    case arrow::Type::UINT64: return number<arrow::UInt64Array>(array, row);
    case arrow::Type::FLOAT: return number<arrow::FloatArray>(array, row);
    case arrow::Type::DOUBLE: return number<arrow::DoubleArray>(array, row);
    case arrow::Type::STRING: return text<arrow::StringArray>(array, row, allocator);
    case arrow::Type::LARGE_STRING: return text<arrow::LargeStringArray>(array, row, allocator);
    case arrow::Type::STRING_VIEW: return text<arrow::StringViewArray>(array, row, allocator);
    case arrow::Type::LIST: return list<arrow::ListArray>(array, row, allocator);
    case arrow::Type::LARGE_LIST: return list<arrow::LargeListArray>(array, row, allocator);
    case arrow::Type::FIXED_SIZE_LIST: return list<arrow::FixedSizeListArray>(array, row, allocator);
    case arrow::Type::STRUCT: return structure(static_cast<const arrow::StructArray&>(array), row, allocator);
    case arrow::Type::DICTIONARY: {
      const auto& coded = static_cast<const arrow::DictionaryArray&>(array);
      return arrow_value(*coded.dictionary(), coded.GetValueIndex(row), allocator);
    }
    case arrow::Type::EXTENSION: return arrow_value(*static_cast<const arrow::ExtensionArray&>(array).storage(), row, allocator);
    default: break;
  }
  const auto scalar = array.GetScalar(row);
  return scalar.ok() ? json::string_value((*scalar)->ToString(), allocator) : json::Value();
}

}  // namespace assay
