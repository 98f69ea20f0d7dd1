#include "harness/progress.h"

#include <gtest/gtest.h>

namespace assay {
namespace {

TEST(DurationText, ReadsWell) {
  EXPECT_EQ(duration_text(0), "0 s");
  EXPECT_EQ(duration_text(33.2), "34 s");
  EXPECT_EQ(duration_text(725), "12 min 05 s");
  EXPECT_EQ(duration_text(12000), "3 h 20 min");
}

TEST(Progress, IsSilentWhenTold) {
  ::testing::internal::CaptureStderr();
  {
    Progress progress(Progress::Style::kSilent, 10, 0);
    progress.update(10, 0);
  }
  EXPECT_EQ(::testing::internal::GetCapturedStderr(), "");
}

TEST(Progress, EndsWithAPlainLineWhereThereIsNoTerminal) {
  ::testing::internal::CaptureStderr();
  {
    Progress progress(Progress::Style::kLines, 10, 0);
    for (int i = 1; i <= 10; ++i) progress.update(i, i / 5);
  }
  const std::string text = ::testing::internal::GetCapturedStderr();
  EXPECT_EQ(text.find('\x1b'), std::string::npos);
  EXPECT_EQ(text.substr(0, 13), "10/10 samples");
  EXPECT_NE(text.find(", 2 failed\n"), std::string::npos);
  EXPECT_EQ(text.find('\n'), text.size() - 1) << "one line, not ten";
}

TEST(Progress, DrawsABarOnATerminal) {
  ::testing::internal::CaptureStderr();
  {
    Progress progress(Progress::Style::kBar, 8, 4);
    progress.update(6, 0);
  }
  const std::string text = ::testing::internal::GetCapturedStderr();
  EXPECT_EQ(text.find("\r\x1b[K[############............] 4/8 samples"), 0u) << "at once, before any sample";
  EXPECT_NE(text.find("[##################......] 6/8 samples"), std::string::npos);
}

TEST(BarText, FitsTheTerminal) {
  EXPECT_EQ(bar_text(6, 8, "6/8 samples", 80), "[##################......] 6/8 samples");
  EXPECT_EQ(bar_text(6, 8, "6/8 samples", 23), "[######..] 6/8 samples");
  EXPECT_EQ(bar_text(6, 8, "6/8 samples", 18), "6/8 samples") << "a bar of three letters says nothing";
  EXPECT_EQ(bar_text(6, 8, "6/8 samples", 6), "6/8 s");
  EXPECT_EQ(bar_text(0, 0, "", 0), "");
}

}  // namespace
}  // namespace assay
