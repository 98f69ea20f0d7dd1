#pragma once
#include <string>
#include <vector>

namespace assay {

/// A file beside a report.
struct ReportFile {
  std::string name;  ///< relative to the report's folder, with "/"
  std::string content;
};

/// A page, and the files that it loads from beside it.
struct PageFiles {
  std::string page;
  std::vector<ReportFile> parts;
};

}  // namespace assay
