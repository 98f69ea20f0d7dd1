#pragma once
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>
#include <vector>

namespace assay::testing {

/// The rows of a tab-separated file beside the tests; lines that begin with # are left out.
inline std::vector<std::vector<std::string>> read_table(const std::string& name) {
  std::ifstream file(std::filesystem::path(ASSAY_SOURCE_DIR) / "tests/model/image" / name);
  std::vector<std::vector<std::string>> rows;
  for (std::string line; std::getline(file, line);) {
    if (line.empty() || line.front() == '#') continue;
    std::istringstream cells(line);
    rows.emplace_back();
    for (std::string cell; std::getline(cells, cell, '\t');) rows.back().push_back(cell);
  }
  return rows;
}

}  // namespace assay::testing
