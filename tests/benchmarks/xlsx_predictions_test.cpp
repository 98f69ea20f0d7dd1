#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fmt/format.h>

#include "benchmarks/catalog.h"
#include "benchmarks/prediction_file.h"
#include "benchmarks/score_state.h"
#include "benchmarks/xlsx.h"
#include "datasets/xlsx_table.h"
#include "harness/base/error.h"
#include "metrics/python_text.h"
#include "tests/benchmarks/scoring.h"

namespace assay {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using testing::TemporaryFile;

using Rows = std::vector<std::vector<XlsxCell>>;

std::vector<Prediction> read(const Rows& rows, const std::string& name = "Model_Data.xlsx") {
  const TemporaryFile file(name, xlsx_file(rows));
  return read_prediction_file(file.path());
}

TEST(XlsxPredictions, BringWhatTheTableHas) {
  const auto predictions = read({{"index", "question", "A", "B", "C", "answer", "l2-category", "prediction"},
                                 {std::int64_t{7}, "q\n1", "cat", "None", std::monostate{}, "B", "logic", "B. dog"},
                                 {std::int64_t{8}, "q2", "cat", "dog", "cow", "['x', 'y']", "logic", " C\t"}});
  ASSERT_EQ(predictions.size(), 2u);
  const Sample& sample = predictions[0].sample;
  EXPECT_EQ(sample.id, "7");
  EXPECT_EQ(sample.question, "q\n1");
  ASSERT_EQ(sample.options.size(), 1u);  // pandas takes None for a missing cell
  EXPECT_EQ(sample.options[0].text, "cat");
  EXPECT_EQ(sample.fields.at("l2-category"), "logic");
  EXPECT_THAT(predictions[1].sample.references, ElementsAre("x", "y"));
  EXPECT_EQ(predictions[1].reply, " C\t");
  EXPECT_THAT(predictions[1].where, HasSubstr("Model_Data.xlsx: row 3"));
  EXPECT_FALSE(predictions[1].is_verbatim);
}
TEST(XlsxPredictions, KeepAReplyThatPandasTakesForMissing) {
  const auto predictions = read({{"index", "answer", "prediction"}, {std::int64_t{1}, "A", "None"}, {std::int64_t{2}, "A", ""}, {std::int64_t{3}, "A", "x"}});
  EXPECT_EQ(predictions.at(0).reply, "None");
  EXPECT_EQ(as_vlmevalkit_reads(predictions.at(0).reply), "nan");
  EXPECT_EQ(predictions.at(1).reply, "");
}
TEST(XlsxPredictions, ReadNumbersAsPandasPrintsThem) {
  const auto predictions = read({{"index", "answer", "prediction"}, {std::int64_t{1}, "A", "2"}, {std::int64_t{2}, "A", "2.50"}});
  EXPECT_EQ(predictions.at(0).reply, "2.0");
  EXPECT_EQ(predictions.at(1).reply, "2.5");
}
TEST(XlsxPredictions, CountACellThatIsFullAsTruncated) {
  const TemporaryFile file("p.xlsx", xlsx_file({{"index", "answer", "prediction"},
                                                {std::int64_t{1}, "A", std::string(kLongestXlsxCell + 5, 'x')},
                                                {std::int64_t{2}, "A", std::string(kLongestXlsxCell - 1, 'x')}}));
  const auto replies = match_predictions(read_prediction_file(file.path()), nullptr, file.path());
  EXPECT_EQ(replies.at(0).text.size(), kLongestXlsxCell);
  EXPECT_EQ(replies.at(0).state, SampleState::kTruncated);
  EXPECT_EQ(replies.at(1).state, SampleState::kScored);
}
TEST(XlsxPredictions, AreKnownByTheirContent) {
  EXPECT_EQ(read({{"index", "prediction"}, {std::int64_t{1}, "x"}}, "no_name").at(0).reply, "x");
}
TEST(XlsxPredictions, SayWhatIsMissing) {
  const auto message = [](const Rows& rows) { return testing::message_of<DataError>([&] { (void)read(rows); }); };
  EXPECT_THAT(message({{"index", "answer"}, {std::int64_t{1}, "A"}}), HasSubstr("expected a column \"prediction\" as VLMEvalKit writes it; found: index, answer"));
  EXPECT_THAT(message({{"id", "prediction"}, {std::int64_t{1}, "A"}}), HasSubstr("no column \"index\"; found: id, prediction"));
  EXPECT_THAT(message({{"index", "prediction"}, {std::monostate{}, "A"}}), HasSubstr("row 2: the index is missing"));
  EXPECT_THAT(message({{"index", "prediction"}}), HasSubstr("no predictions in the file"));
  const TemporaryFile pickle("Model_Data.pkl", "\x80\x04.");
  EXPECT_THAT(testing::message_of<DataError>([&] { (void)read_prediction_file(pickle.path()); }), HasSubstr("a Python pickle can run code and is not read; give the .xlsx"));
}

/// One table in both forms, with a column for whatever a family looks for.
struct Table {
  Rows rows = {{"index", "question", "A", "B", "C", "D", "answer", "category", "subcategory", "l2-category", "split", "visual_input", "set_id", "figure_id", "question_id",
                "bbox_x1", "bbox_y1", "bbox_x2", "bbox_y2", "width", "height", "question_type", "answer_type", "capability", "caption", "prediction"}};
  Table() {
    const std::string answers = "['A', 'A', 'A', 'A', 'A', 'A', 'A', 'A', 'A', 'B']";
    for (std::int64_t i = 0; i < 3; ++i) {
      rows.push_back({i, "which?", "cat", "a \"dog\"", "cow", "ox", answers, "VS", "chart", "logic", "validation", std::int64_t{1}, std::int64_t{0}, std::int64_t{1}, i,
                      std::int64_t{0}, std::int64_t{0}, std::int64_t{5}, std::int64_t{5}, std::int64_t{9}, std::int64_t{9}, "multi_choice", "text", "ocr", "a caption",
                      i == 0 ? "A" : i == 1 ? "line\n\ttab" : "[0, 1, 2, 3]"});
    }
  }
  [[nodiscard]] std::string tsv() const {
    std::string text;
    for (const auto& row : rows) {
      for (std::size_t c = 0; c < row.size(); ++c) {
        const auto* number = std::get_if<std::int64_t>(&row[c]);
        const std::string cell = number != nullptr ? std::to_string(*number) : fmt::format("\"{}\"", python::replace(std::get<std::string>(row[c]), "\"", "\"\""));
        text += (c == 0 ? "" : "\t") + cell;
      }
      text += "\n";
    }
    return text;
  }
};

std::string all_of(const Reply& reply) {
  std::string text = fmt::format("{} | {} | {} | {} | {}", reply.sample.id, reply.sample.question, reply.sample.category, reply.text, name_of(reply.state));
  for (const auto& option : reply.sample.options) text += fmt::format(" | {}={}", option.letter, option.text);
  for (const auto& reference : reply.sample.references) text += " | " + reference;
  for (const auto& [name, value] : reply.sample.fields) text += fmt::format(" | {}={}", name, value);
  return text;
}

TEST(XlsxPredictions, AreWhatTheTsvIsToEveryBenchmark) {
  const Table table;
  const TemporaryFile tsv("m.tsv", table.tsv()), xlsx("m.xlsx", xlsx_file(table.rows));
  for (const auto& entry : benchmark_catalog()) {
    if (entry.name == "convbench") continue;  // VLMEvalKit has no such set
    const auto benchmark = entry.make();
    const auto from_tsv = benchmark->read_predictions(tsv.path(), nullptr), from_xlsx = benchmark->read_predictions(xlsx.path(), nullptr);
    ASSERT_EQ(from_tsv.size(), 3u) << entry.name;
    ASSERT_EQ(from_xlsx.size(), 3u) << entry.name;
    for (std::size_t i = 0; i < 3; ++i) EXPECT_EQ(all_of(from_xlsx[i]), all_of(from_tsv[i])) << entry.name;
  }
}

}  // namespace
}  // namespace assay
