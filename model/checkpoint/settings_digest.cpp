#include "model/checkpoint/settings_digest.h"

#include <algorithm>
#include <array>
#include <string_view>
#include <vector>

#include "harness/base/digest.h"
#include "harness/base/file.h"

namespace assay {
namespace {

bool is_setting(const std::filesystem::directory_entry& entry) {
  constexpr std::array<std::string_view, 5> kEndings = {".json", ".jinja", ".model", ".txt", ".py"};
  if (!entry.is_regular_file()) return false;
  const std::string name = entry.path().filename().string(), ending = entry.path().extension().string();
  return !name.ends_with(".index.json") && std::find(kEndings.begin(), kEndings.end(), ending) != kEndings.end();
}

}  // namespace

std::string settings_digest(const std::filesystem::path& folder) {
  std::vector<std::filesystem::path> files;
  for (const auto& entry : std::filesystem::directory_iterator(folder)) {
    if (is_setting(entry)) files.push_back(entry.path());
  }
  std::sort(files.begin(), files.end());
  Digest digest;
  for (const auto& file : files) digest.add(file.filename().string()).add(digest_of(read_file(file)));
  return digest.hex();
}

}  // namespace assay
