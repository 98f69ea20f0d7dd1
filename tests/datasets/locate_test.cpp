#include "datasets/locate.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <optional>

#include "tests/datasets/data_error.h"

namespace assay {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using testing::data_error_of;
using testing::TemporaryFolder;

/// Sets an environment variable for the length of a test.
class Environment {
 public:
  Environment(const char* name, const std::string& value) : name_(name) {
    if (const char* before = std::getenv(name)) before_ = before;
    ::setenv(name, value.c_str(), 1);
  }
  ~Environment() { before_ ? ::setenv(name_, before_->c_str(), 1) : ::unsetenv(name_); }
  Environment(const Environment&) = delete;
  Environment& operator=(const Environment&) = delete;

 private:
  const char* name_;
  std::optional<std::string> before_;
};

TEST(DataRoots, AreOrderedFromTheMostSpecific) {
  const TemporaryFolder folder;
  for (const auto* name : {"dir", "a", "b", "lmu"}) folder.write(std::string(name) + "/x", "");
  folder.write("hub/datasets--o--n/refs/main", "rev2");
  folder.write("hub/datasets--o--n/snapshots/rev1/x", "");
  folder.write("hub/datasets--o--n/snapshots/rev2/x", "");
  folder.write("hub/models--o--n/snapshots/rev/x", "");
  const auto root = folder.path();
  const Environment assay_data("ASSAY_DATA", (root / "a").string() + ":" + (root / "b").string());
  const Environment lmu("LMUData", (root / "lmu").string()), hub("HF_HUB_CACHE", (root / "hub").string());
  const auto snapshots = root / "hub" / "datasets--o--n" / "snapshots";
  EXPECT_THAT(data_roots(root / "dir"), ElementsAre(root / "dir", root / "a", root / "b", root / "lmu", snapshots / "rev2", snapshots / "rev1"));
  EXPECT_THAT(data_error_of([&] { (void)data_roots(root / "none"); }), HasSubstr("none\": no such folder"));
}

TEST(FindFirst, TriesEveryCandidateOfARootBeforeTheNext) {
  const TemporaryFolder folder;
  folder.write("one/set.tsv", "");
  folder.write("two/set/official.json", "");
  folder.write("two/DocVQA/val_v1.0_withQT.json", "");
  const std::vector<std::filesystem::path> roots = {folder.path() / "one", folder.path() / "two"};
  EXPECT_EQ(find_first(roots, std::vector<std::string>{"set/official.json", "set.tsv"}, "set"), folder.path() / "one" / "set.tsv");
  EXPECT_EQ(find_first(roots, std::vector<std::string>{"DocVQA/val_v1*.json"}, "set"), folder.path() / "two" / "DocVQA" / "val_v1.0_withQT.json");
}

TEST(FindFirst, ListsWhatWasTriedAndTheWayOut) {
  const TemporaryFolder folder;
  const std::vector<std::filesystem::path> roots = {folder.path()};
  const auto message = data_error_of([&] { (void)find_first(roots, std::vector<std::string>{"MME.tsv", "MME"}, "mme"); });
  EXPECT_THAT(message, HasSubstr("mme was not found.\n  looked for MME.tsv, MME\n  in " + folder.path().string() + "\n"));
  EXPECT_THAT(message, HasSubstr("--data-dir DIR"));
}

}  // namespace
}  // namespace assay
