#pragma once
#include <arrow/api.h>
#include <arrow/io/file.h>
#include <gtest/gtest.h>
#include <parquet/arrow/writer.h>

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

/// Small parquet files, column by column, as the hub keeps its sets.
namespace assay::testing {

/// A picture of a made-up row; null where both are.
struct Picture {
  std::optional<std::string> bytes, path;
};

inline void must(const arrow::Status& status) { ASSERT_TRUE(status.ok()) << status.ToString(); }

inline std::shared_ptr<arrow::DataType> picture_type() { return arrow::struct_({arrow::field("bytes", arrow::binary()), arrow::field("path", arrow::utf8())}); }

inline void append(arrow::StructBuilder& builder, const Picture& picture) {
  if (!picture.bytes && !picture.path) return must(builder.AppendNull());
  must(builder.Append());
  auto& bytes = static_cast<arrow::BinaryBuilder&>(*builder.field_builder(0));
  auto& path = static_cast<arrow::StringBuilder&>(*builder.field_builder(1));
  must(picture.bytes ? bytes.Append(*picture.bytes) : bytes.AppendNull());
  must(picture.path ? path.Append(*picture.path) : path.AppendNull());
}

inline std::shared_ptr<arrow::Array> finished(arrow::ArrayBuilder& builder) {
  std::shared_ptr<arrow::Array> array;
  EXPECT_TRUE(builder.Finish(&array).ok());
  return array;
}

inline std::shared_ptr<arrow::Array> pictures(const std::vector<Picture>& values) {
  std::unique_ptr<arrow::ArrayBuilder> builder;
  must(arrow::MakeBuilder(arrow::default_memory_pool(), picture_type(), &builder));
  for (const auto& picture : values) append(static_cast<arrow::StructBuilder&>(*builder), picture);
  return finished(*builder);
}
inline std::shared_ptr<arrow::Array> picture_lists(const std::vector<std::vector<Picture>>& values) {
  std::unique_ptr<arrow::ArrayBuilder> builder;
  must(arrow::MakeBuilder(arrow::default_memory_pool(), arrow::list(picture_type()), &builder));
  auto& lists = static_cast<arrow::ListBuilder&>(*builder);
  for (const auto& list : values) {
    must(lists.Append());
    for (const auto& picture : list) append(static_cast<arrow::StructBuilder&>(*lists.value_builder()), picture);
  }
  return finished(*builder);
}
inline std::shared_ptr<arrow::Array> texts(const std::vector<std::optional<std::string>>& values) {
  arrow::StringBuilder builder;
  for (const auto& text : values) must(text ? builder.Append(*text) : builder.AppendNull());
  return finished(builder);
}
inline std::shared_ptr<arrow::Array> text_lists(const std::vector<std::vector<std::string>>& values) {
  arrow::ListBuilder builder(arrow::default_memory_pool(), std::make_shared<arrow::StringBuilder>());
  for (const auto& list : values) {
    must(builder.Append());
    for (const auto& text : list) must(static_cast<arrow::StringBuilder&>(*builder.value_builder()).Append(text));
  }
  return finished(builder);
}
inline std::shared_ptr<arrow::Array> numbers(const std::vector<std::int64_t>& values) {
  arrow::Int64Builder builder;
  for (const auto value : values) must(builder.Append(value));
  return finished(builder);
}

inline std::shared_ptr<arrow::Array> reals(const std::vector<double>& values) {
  arrow::DoubleBuilder builder;
  for (const auto value : values) must(builder.Append(value));
  return finished(builder);
}
inline std::shared_ptr<arrow::Array> real_lists(const std::vector<std::vector<double>>& values) {
  arrow::ListBuilder builder(arrow::default_memory_pool(), std::make_shared<arrow::DoubleBuilder>());
  for (const auto& list : values) {
    must(builder.Append());
    must(static_cast<arrow::DoubleBuilder&>(*builder.value_builder()).AppendValues(list));
  }
  return finished(builder);
}

using Columns = std::vector<std::pair<std::string, std::shared_ptr<arrow::Array>>>;

/// Small pages, so that a column has several; compressed as most files of the hub are.
inline parquet::WriterProperties::Builder hub_properties() {
  parquet::WriterProperties::Builder builder;
  builder.data_pagesize(64)->compression(parquet::Compression::SNAPPY);
  return builder;
}

inline std::filesystem::path write_parquet(const std::filesystem::path& path, const Columns& columns, std::int64_t rows_in_group,
                                           parquet::WriterProperties::Builder builder = hub_properties()) {
  std::vector<std::shared_ptr<arrow::Field>> fields;
  std::vector<std::shared_ptr<arrow::Array>> arrays;
  for (const auto& [name, array] : columns) fields.push_back(arrow::field(name, array->type())), arrays.push_back(array);
  std::filesystem::create_directories(path.parent_path());
  const auto table = arrow::Table::Make(arrow::schema(fields), arrays);
  const auto file = arrow::io::FileOutputStream::Open(path.string());
  must(file.status());
  must(parquet::arrow::WriteTable(*table, arrow::default_memory_pool(), *file, rows_in_group, builder.build()));
  must((*file)->Close());
  return path;
}

}  // namespace assay::testing
