#include "model/internvl/chat_template.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>

namespace assay {
namespace {

TEST(ChatTemplates, AreSortedAndUnique) {
  const auto all = chat_templates();
  EXPECT_TRUE(std::is_sorted(all.begin(), all.end(), [](const auto& a, const auto& b) { return a.name < b.name; }));
  EXPECT_EQ(std::adjacent_find(all.begin(), all.end(), [](const auto& a, const auto& b) { return a.name == b.name; }), all.end());
}

constexpr const char* kSource = R"(register_conv_template(
    Conversation(
        name='Hermes-2',
        # system_message='commented out',
        system_message='Answer the questions.',
    )
)
register_conv_template(
    Conversation(
        name="internlm2-chat",
        system_message="It\'s \"ours\".",
    )
)
register_conv_template(Conversation(
        name='bare',
))
)";

TEST(SystemTextIn, ReadsTheTemplateAskedFor) {
  EXPECT_EQ(system_text_in(kSource, "Hermes-2"), "Answer the questions.");
  EXPECT_EQ(system_text_in(kSource, "internlm2-chat"), "It's \"ours\".");
  EXPECT_EQ(system_text_in(kSource, "bare"), "");
  EXPECT_EQ(system_text_in(kSource, "internvl2_5"), "");
  EXPECT_EQ(system_text_in("", "bare"), "");
}

}  // namespace
}  // namespace assay
