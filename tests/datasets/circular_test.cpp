#include "datasets/circular.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>
#include <string>

#include "datasets/sample_list.h"
#include "tests/datasets/data_error.h"

namespace assay {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

Sample question(std::string id, std::string texts, std::string answer) {
  Sample sample;
  sample.id = std::move(id);
  for (std::size_t i = 0; i < texts.size(); ++i) sample.options.push_back({std::string(1, static_cast<char>('A' + i)), std::string(1, texts[i])});
  if (!answer.empty()) sample.references = {std::move(answer)};
  return sample;
}

std::unique_ptr<SampleSource> circle_of(std::vector<Sample> samples) {
  return make_circular(std::make_unique<SampleList>(std::move(samples), std::vector<std::filesystem::path>{}, "d", nullptr));
}

std::string texts_of(const Sample& sample) {
  std::string texts;
  for (const auto& option : sample.options) texts += option.text;
  return texts;
}

TEST(Circular, RotatesOptionsAndMovesTheAnswer) {
  const auto source = circle_of({question("5", "wxyz", "B")});
  ASSERT_EQ(source->size(), 4u);
  const std::vector<std::string> ids = {"5", "1000005", "2000005", "3000005"}, texts = {"wxyz", "xyzw", "yzwx", "zwxy"}, answers = {"B", "A", "D", "C"};
  for (std::size_t k = 0; k < 4; ++k) {
    const auto sample = source->get(k);
    EXPECT_EQ(sample.id, ids[k]);
    EXPECT_EQ(sample.group, "5");
    EXPECT_EQ(texts_of(sample), texts[k]);
    EXPECT_THAT(sample.references, ElementsAre(answers[k]));
    EXPECT_EQ(sample.fields.at("circular"), fmt::to_string(k));
  }
}

TEST(Circular, KeepsTheAnswersTextAndUniqueIds) {
  const auto source = circle_of({question("1", "ab", "A"), question("name", "abc", "C"), question("3", "", ""), question("4", "abcde", "")});
  ASSERT_EQ(source->size(), 2u + 3u + 1u + 5u);
  std::set<std::string> ids;
  for (std::size_t i = 0; i < source->size(); ++i) {
    const auto sample = source->get(i);
    ids.insert(sample.id);
    for (const auto& answer : sample.references) {
      EXPECT_EQ(sample.options.at(static_cast<std::size_t>(answer[0] - 'A')).text, sample.group == "1" ? "a" : "c");
    }
  }
  EXPECT_EQ(ids.size(), source->size());
  EXPECT_EQ(source->get(3).id, "name+1");
}

TEST(Circular, RefusesAnAnswerThatIsNoOption) {
  const auto source = circle_of({question("1", "ab", "C")});
  EXPECT_THAT(testing::data_error_of([&] { (void)source->get(1); }), HasSubstr("sample 1: the answer \"C\" is no letter of its 2 options"));
}

}  // namespace
}  // namespace assay
