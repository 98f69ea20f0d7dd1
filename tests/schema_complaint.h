#pragma once
#include <rapidjson/schema.h>
#include <rapidjson/stringbuffer.h>

#include <string>

#include "harness/base/json.h"

namespace assay::testing {

/// Empty when `text` fits reports/schema/<schema_file>, else where it does not.
inline std::string schema_complaint(const std::string& text, const std::string& schema_file) {
  const auto schema_text = json::parse_file(std::string(ASSAY_SOURCE_DIR) + "/reports/schema/" + schema_file);
  const rapidjson::SchemaDocument schema(schema_text);
  rapidjson::SchemaValidator validator(schema);
  const auto document = json::parse(text, "document");
  if (document.Accept(validator)) return "";
  rapidjson::StringBuffer where;
  validator.GetInvalidDocumentPointer().StringifyUriFragment(where);
  return std::string(where.GetString()) + " breaks " + validator.GetInvalidSchemaKeyword();
}

}  // namespace assay::testing
