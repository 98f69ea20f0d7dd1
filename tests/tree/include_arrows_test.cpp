#include <fmt/format.h>
#include <fmt/ranges.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>
#include <string_view>
#include <vector>

/// The picture of who knows whom, kept by reading every `#include` line of the tree.
namespace assay {
namespace {

namespace fs = std::filesystem;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

struct Rule {
  std::string_view folder;                ///< the rule with the longest fitting folder counts
  std::vector<std::string_view> may_see;  ///< files and folders of ours; base is for everyone
  bool may_see_libtorch = false;
};

const std::vector<Rule> kRules = {
    {"harness/base/", {}},
    {"metrics/", {"metrics/"}},
    {"datasets/", {"datasets/"}},
    {"model/", {"model/"}, true},
    {"model/image/", {"model/image/", "model/vlm.h"}},
    {"model/tokenizer/", {"model/tokenizer/"}},
    {"model/checkpoint/", {"model/checkpoint/"}},
    {"benchmarks/", {"benchmarks/", "datasets/", "metrics/", "model/vlm.h"}},
    {"remote/", {"remote/", "benchmarks/judge.h", "model/vlm.h", "model/image/decode.h", "model/image/encode.h"}},
    {"benchmarks/speed/", {"benchmarks/", "datasets/", "metrics/", "model/", "harness/", "reports/", "tests/fakes/"}, true},
    {"demo/", {"model/checkpoint/"}},
    {"reports/", {"reports/", "metrics/score.h"}},
    {"harness/", {"harness/", "benchmarks/", "datasets/", "metrics/", "reports/", "model/vlm.h", "remote/endpoint.h", "remote/options.h", "remote/picture.h"}},
    {"harness/cli/", {"harness/", "benchmarks/", "datasets/", "metrics/", "remote/", "reports/", "model/vlm.h", "model/checkpoint_report.h",
                      "model/request_cost.h", "model/tokenizer/", "model/checkpoint/"}},
    {"harness/main.cpp", {"harness/", "benchmarks/", "datasets/", "metrics/", "reports/", "model/"}},
};

constexpr std::string_view kEveryone = "harness/base/";
constexpr std::string_view kLibTorch[] = {"torch/", "ATen/", "c10/", "caffe2/"};
/// Faces of model/ that the rest of the tree compiles against: they must do without LibTorch, whatever folder they lie in.
constexpr std::string_view kPlainHeaders[] = {"model/vlm.h", "model/checkpoint_report.h", "model/request_cost.h"};

const Rule* rule_for(std::string_view path) {
  const Rule* best = nullptr;
  for (const Rule& rule : kRules)
    if (path.starts_with(rule.folder) && (best == nullptr || rule.folder.size() > best->folder.size())) best = &rule;
  return best;
}

bool starts_with_any(std::string_view text, const auto& prefixes) {
  for (const std::string_view prefix : prefixes)
    if (text.starts_with(prefix)) return true;
  return false;
}

/// "folder/file.h:12: ..." for each line that goes against the picture.
std::vector<std::string> problems_in(std::string_view path, const std::string& content) {
  std::vector<std::string> problems;
  const Rule* rule = rule_for(path);
  if (rule == nullptr) return {fmt::format("{}:1: no rule says what this folder may include", path)};
  bool may_see_libtorch = rule->may_see_libtorch;
  for (const std::string_view header : kPlainHeaders) may_see_libtorch = may_see_libtorch && path != header;
  std::istringstream lines(content);
  int number = 0;
  for (std::string line; std::getline(lines, line);) {
    ++number;
    const auto begin = line.find_first_not_of(" \t");
    if (begin == std::string::npos || line[begin] != '#' || line.find("include") == std::string::npos) continue;
    const auto open = line.find_first_of("\"<", begin), close = line.find_first_of("\">", open + 1);
    if (open == std::string::npos || close == std::string::npos) continue;
    const std::string target = line.substr(open + 1, close - open - 1);
    if (starts_with_any(target, kLibTorch)) {
      if (!may_see_libtorch) problems.push_back(fmt::format("{}:{}: <{}> is LibTorch, which only model/ and benchmarks/speed/ see", path, number, target));
    } else if (line[open] == '"' && !target.starts_with(kEveryone) && !starts_with_any(target, rule->may_see)) {
      problems.push_back(fmt::format("{}:{}: {} may not include \"{}\"; it may: {}, {}", path, number, rule->folder, target, kEveryone,
                                     fmt::join(rule->may_see, ", ")));
    }
  }
  return problems;
}

std::vector<fs::path> sources_under(const fs::path& root) {
  std::vector<fs::path> found;
  for (const char* folder : {"harness", "benchmarks", "model", "metrics", "datasets", "remote", "reports"})
    for (const auto& entry : fs::recursive_directory_iterator(root / folder))
      if (entry.path().extension() == ".h" || entry.path().extension() == ".cpp") found.push_back(entry.path());
  return found;
}

TEST(IncludeArrows, MatchThePicture) {
  const fs::path root = ASSAY_SOURCE_DIR;
  const auto sources = sources_under(root);
  EXPECT_GT(sources.size(), 50U);
  for (const auto& path : sources) {
    std::ifstream stream(path);
    std::ostringstream content;
    content << stream.rdbuf();
    for (const auto& problem : problems_in(fs::relative(path, root).generic_string(), content.str())) ADD_FAILURE() << problem;
  }
}

struct Case {
  const char* name;
  const char* path;
  const char* line;
  bool is_fine;
};
void PrintTo(const Case& c, std::ostream* os) { *os << c.path << " with " << c.line; }
class Arrow : public ::testing::TestWithParam<Case> {};
TEST_P(Arrow, IsToldApart) {
  const auto problems = problems_in(GetParam().path, std::string("#pragma once\n") + GetParam().line + "\n");
  if (GetParam().is_fine) EXPECT_THAT(problems, IsEmpty());
  else EXPECT_THAT(problems, ElementsAre(HasSubstr(std::string(GetParam().path) + ":2: ")));
}
INSTANTIATE_TEST_SUITE_P(
    IncludeArrows, Arrow,
    ::testing::Values(Case{"own_folder", "metrics/a.cpp", "#include \"metrics/b.h\"", true},
                      Case{"base_for_everyone", "datasets/a.cpp", "#include \"harness/base/file.h\"", true},
                      Case{"backwards", "metrics/a.cpp", "#include \"benchmarks/benchmark.h\"", false},
                      Case{"base_knows_nobody", "harness/base/a.h", "#include \"metrics/score.h\"", false},
                      Case{"benchmark_sees_the_door", "benchmarks/mme.cpp", "#include \"model/vlm.h\"", true},
                      Case{"benchmark_behind_the_door", "benchmarks/mme.cpp", "#include \"model/image/decode.h\"", false},
                      Case{"remote_sees_the_door", "remote/a.cpp", "#include \"model/vlm.h\"", true},
                      Case{"remote_behind_the_harness", "remote/a.cpp", "#include \"harness/config.h\"", false},
                      Case{"benchmark_knows_no_endpoint", "benchmarks/mmvet.cpp", "#include \"remote/live_judge.h\"", false},
                      Case{"loop_knows_no_requests", "harness/run_loop.cpp", "#include \"remote/chat_client.h\"", false},
                      Case{"reports_see_scores_only", "reports/a.cpp", "#include \"metrics/anls.h\"", false},
                      Case{"model_knows_no_harness", "model/a.cpp", "#include \"harness/config.h\"", false},
                      Case{"torch_in_model", "model/engine.cpp", "#include <torch/types.h>", true},
                      Case{"torch_in_speed", "benchmarks/speed/prefill.cpp", "#include <ATen/ATen.h>", true},
                      Case{"torch_at_the_door", "model/vlm.h", "#include <ATen/core/Tensor.h>", false},
                      Case{"torch_in_harness", "harness/run_loop.cpp", "#include <c10/core/Device.h>", false},
                      Case{"spaced_out", "metrics/a.cpp", "  #  include \"harness/plan.h\"", false},
                      Case{"loop_behind_the_door", "harness/run_loop.cpp", "#include \"model/tokenizer/tokenizer.h\"", false},
                      Case{"inspect_behind_the_door", "harness/cli/inspect_text.cpp", "#include \"model/tokenizer/tokenizer.h\"", true}),
    [](const auto& c) { return std::string(c.param.name); });

}  // namespace
}  // namespace assay
