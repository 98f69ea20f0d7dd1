#pragma once
#include <span>
#include <string>
#include <vector>

#include "harness/cli/command_line.h"
#include "reports/formats.h"

namespace assay {

/// --format, --out and --html-folder of verbs that write reports: one format to stdout, or any number of files into a folder.
class ReportOutput {
 public:
  template <typename Record>
  void add_options(CommandLine& line, std::span<const Format<Record>> formats, const std::string& fallback) {
    fallback_ = fallback;
    add_options(line, format_names(formats));
  }
  /// Unknown names are problems.
  template <typename Record>
  void check(std::span<const Format<Record>> formats, Problems& problems) {
    check_names(format_names(formats), problems);
  }
  /// Whether any format that was asked for looks at samples.
  template <typename Record>
  [[nodiscard]] bool shows_samples(std::span<const Format<Record>> formats) const {
    for (const auto& name : names_)
      if (const auto* format = find_format(formats, name); format != nullptr && format->shows_samples) return true;
    return false;
  }
  template <typename Record>
  void write(std::span<const Format<Record>> formats, const Record& record, const PageContent& content) const {
    begin();
    for (const auto& name : names_) {
      const auto* format = find_format(formats, name);
      if (format == nullptr) continue;
      if (in_folder_ && format->write_folder != nullptr) put_folder(format->file_name, format->write_folder(record, content));
      else put(name, format->file_name, format->write(record, content));
    }
  }
  /// Bytes of thumbnails that there is room for (RunPages).
  [[nodiscard]] std::size_t picture_room() const;

 private:
  void add_options(CommandLine& line, const std::vector<std::string>& known);
  void check_names(const std::vector<std::string>& known, Problems& problems);
  void begin() const;
  void put(const std::string& name, const std::string& file_name, const std::string& content) const;
  /// The parts before the page, so that a page never stands without them.
  void put_folder(const std::string& file_name, const PageFiles& files) const;

  std::string fallback_, out_;
  std::vector<std::string> names_;
  bool in_folder_ = false;
};

}  // namespace assay
