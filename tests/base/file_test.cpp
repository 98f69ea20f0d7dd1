#include "harness/base/file.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/resource.h>

#include <csignal>
#include <filesystem>
#include <iterator>
#include <string>

#include "harness/base/error.h"
#include "tests/temporary_folder.h"

namespace assay {
namespace {

using ::testing::AllOf;
using ::testing::EndsWith;
using ::testing::HasSubstr;
using testing::message_of;
using testing::TemporaryFolder;

std::size_t files_in(const TemporaryFolder& folder) {
  const std::filesystem::directory_iterator files(folder.path());
  return static_cast<std::size_t>(std::distance(begin(files), end(files)));
}

TEST(WriteFile, ReplacesTheWholeFile) {
  const TemporaryFolder folder;
  write_file_atomically(folder / "a", "first, and longer");
  write_file_atomically(folder / "a", "second");
  EXPECT_EQ(read_file(folder / "a"), "second");
  EXPECT_EQ(files_in(folder), 1u);
}

TEST(WriteFile, NamesAPlaceThatCannotBeWritten) {
  const TemporaryFolder folder;
  EXPECT_THAT(message_of<ConfigError>([&] { write_file_atomically(folder / "no" / "a", "x"); }),
              AllOf(HasSubstr("/no/a: cannot write: No such file or directory"), EndsWith("name another place")));
  std::filesystem::create_directory(folder / "taken");
  EXPECT_THAT(message_of<ConfigError>([&] { write_file_atomically(folder / "taken", "x"); }), HasSubstr("taken: cannot write: Is a directory"));
  EXPECT_EQ(files_in(folder), 1u) << "nothing is left of the attempt";
}

/// A size limit stands in for a full disk: both refuse the write in its middle.
TEST(WriteFile, KeepsTheOldFileWhenTheNewOneDoesNotFit) {
  const TemporaryFolder folder;
  write_file_atomically(folder / "a", "old");
  std::signal(SIGXFSZ, SIG_IGN);
  rlimit before{};
  ASSERT_EQ(::getrlimit(RLIMIT_FSIZE, &before), 0);
  const rlimit small{1000, before.rlim_max};
  ASSERT_EQ(::setrlimit(RLIMIT_FSIZE, &small), 0);
  const std::string message = message_of<Error>([&] { write_file_atomically(folder / "a", std::string(5000, 'x')); });
  ::setrlimit(RLIMIT_FSIZE, &before);
  EXPECT_THAT(message, HasSubstr("/a: cannot write: File too large"));
  EXPECT_EQ(read_file(folder / "a"), "old");
  EXPECT_EQ(files_in(folder), 1u);
}

}  // namespace
}  // namespace assay
