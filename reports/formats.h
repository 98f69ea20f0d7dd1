#pragma once
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "reports/comparison_record.h"
#include "reports/gate_record.h"
#include "reports/page_content.h"
#include "reports/page_files.h"
#include "reports/run_record.h"

/// Every report there is, by the name that `--format` takes.
namespace assay {

template <typename Record>
struct Format {
  const char* name;
  const char* file_name;  ///< under `--out`
  std::string (*write)(const Record& record, const PageContent& content);
  bool shows_samples = false;  ///< false: `content` is not looked at and may be empty
  PageFiles (*write_folder)(const Record& record, const PageContent& content) = nullptr;  ///< null: there is no folder form
};

[[nodiscard]] std::span<const Format<RunRecord>> run_formats();
[[nodiscard]] std::span<const Format<GateRecord>> gate_formats();
[[nodiscard]] std::span<const Format<ComparisonRecord>> comparison_formats();

/// Null when there is none of that name.
template <typename Record>
[[nodiscard]] const Format<Record>* find_format(std::span<const Format<Record>> formats, std::string_view name) {
  for (const auto& format : formats)
    if (format.name == name) return &format;
  return nullptr;
}

/// All names, for messages and help.
template <typename Record>
[[nodiscard]] std::vector<std::string> format_names(std::span<const Format<Record>> formats) {
  std::vector<std::string> names;
  for (const auto& format : formats) names.emplace_back(format.name);
  return names;
}

}  // namespace assay
