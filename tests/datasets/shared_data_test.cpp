#include <gtest/gtest.h>

#include <map>
#include <set>
#include <string>

#include "datasets/chartqa_folder.h"
#include "datasets/circular.h"
#include "datasets/mmbench_samples.h"
#include "datasets/mme_questions.h"
#include "datasets/rrc_json.h"
#include "tests/shared_files.h"

/// Real files beside the project: the readers agree with the counts that their sources state, and every picture can be read.
namespace assay {
namespace {

using testing::shared_root;

void expect_all_readable(const SampleSource& source) {
  std::set<std::string> ids;
  for (std::size_t i = 0; i < source.size(); ++i) {
    const auto sample = source.get(i);
    ids.insert(sample.id);
    EXPECT_FALSE(sample.question.empty()) << sample.id;
    for (const auto& image : sample.images) EXPECT_TRUE(read_image_bytes(image)) << sample.id;
  }
  EXPECT_EQ(ids.size(), source.size());
}

TEST(SharedData, ChartQaHas527Questions) {
  ASSAY_NEEDS_SHARED("data/chartqa");
  const auto source = open_chartqa_folder(shared_root() / "data/chartqa");
  EXPECT_EQ(source->size(), 527u);
  EXPECT_EQ(source->get(0).id, "human/0");
  expect_all_readable(*source);
}

TEST(SharedData, SroieHas48QuestionsOn24Receipts) {
  ASSAY_NEEDS_SHARED("data/sroie-docvqa");
  const auto source = open_rrc_json(shared_root() / "data/sroie-docvqa/val_v1.0.json");
  EXPECT_EQ(source->size(), 48u);
  std::set<std::string> pictures;
  for (std::size_t i = 0; i < source->size(); ++i) pictures.insert(source->get(i).images.at(0).key());
  EXPECT_EQ(pictures.size(), 24u);
  EXPECT_EQ(source->get(0).references, std::vector<std::string>{"436.20"});
  expect_all_readable(*source);
}

TEST(SharedData, MmBenchSamplesHoldThreeSets) {
  ASSAY_NEEDS_SHARED("data/mmbench-samples");
  const auto root = shared_root() / "data/mmbench-samples";
  const auto ccbench = open_mmbench_samples(root, "CCBench", "cn");
  EXPECT_EQ(ccbench->size(), 14u);
  expect_all_readable(*ccbench);
  for (const auto* lang : {"en", "cn"}) {
    const auto source = open_mmbench_samples(root, "MMBench", lang);
    EXPECT_EQ(source->size(), 20u);
    expect_all_readable(*source);
  }
  expect_all_readable(*make_circular(open_mmbench_samples(root, "MMBench", "en")));
}

TEST(SharedData, MmeHas2374QuestionsInPairs) {
  ASSAY_NEEDS_SHARED("fixtures/mme/questions");
  const auto source = open_mme_questions(shared_root() / "fixtures/mme/questions");
  EXPECT_EQ(source->size(), 2374u);
  std::map<std::string, std::multiset<std::string>> labels;
  for (std::size_t i = 0; i < source->size(); ++i) labels[source->get(i).group].insert(source->get(i).references.at(0));
  EXPECT_EQ(labels.size(), 1187u);
  for (const auto& [group, pair] : labels) EXPECT_EQ(pair, (std::multiset<std::string>{"No", "Yes"})) << group;
}

}  // namespace
}  // namespace assay
