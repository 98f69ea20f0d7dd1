#include "remote/event_stream.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <vector>

namespace assay {
namespace {

using ::testing::ElementsAre;

/// The events of `text`, fed in pieces of `step` bytes.
std::vector<std::string> events_of(std::string_view text, std::size_t step) {
  EventStream stream;
  std::vector<std::string> events;
  for (; !text.empty(); text.remove_prefix(std::min(step, text.size())))
    stream.feed(text.substr(0, step), [&](std::string_view data) { events.emplace_back(data); });
  return events;
}

TEST(EventStream, IsTheSameHoweverItIsCut) {
  const std::string_view text = ": a comment\nevent: x\ndata: {\"a\": 1}\n\ndata:two\r\ndata:  lines\r\n\r\n\n\nid: 5\rdata\rdata: mac\r\rdata: cut off";
  for (std::size_t step = 1; step <= text.size(); ++step) EXPECT_THAT(events_of(text, step), ElementsAre("{\"a\": 1}", "two\n lines", "mac")) << step;
}

}  // namespace
}  // namespace assay
