#include "harness/demo.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <cstdlib>
#include <string>
#include <system_error>
#include <vector>

#include "harness/base/error.h"

namespace assay {
namespace {

namespace fs = std::filesystem;

constexpr const char* kSuites[] = {"chartqa_test", "docvqa_val", "mmbench_dev_en", "mme", "pope", "seed_bench"};

std::vector<fs::path> candidates() {
  if (const char* named = std::getenv("ASSAY_DEMO"); named != nullptr && *named != '\0') return {named};
  std::vector<fs::path> places;
  std::error_code error;
  const auto program = fs::read_symlink("/proc/self/exe", error);
  if (!error) places.push_back(program.parent_path().parent_path() / "demo");
  const fs::path built_from = ASSAY_SOURCE_FOLDER "/demo";
  if (places.empty() || places.front() != built_from) places.push_back(built_from);
  return places;
}

}  // namespace

fs::path find_demo_folder() {
  std::vector<std::string> tried;
  for (const auto& place : candidates()) {
    std::error_code error;
    if (fs::exists(place / "model" / "config.json", error)) return place;
    tried.push_back(place.string());
  }
  throw DataError(fmt::format("the demo's model is not in {}; name the folder that holds model/ and data/ in ASSAY_DEMO", fmt::join(tried, " nor in ")));
}

RawValues demo_values(const fs::path& folder) {
  RawValues values;
  const auto set = [&](const char* name, std::vector<std::string> texts) { values[name] = {std::move(texts), "--demo"}; };
  set("model", {(folder / "model").string()});
  set("data-dir", {(folder / "data").string()});
  set("bench", {std::begin(kSuites), std::end(kSuites)});
  set("dtype", {"float32"});
  set("max-new-tokens", {"32"});  // the longest answer has 17
  set("out", {"runs/demo"});
  return values;
}

}  // namespace assay
