#include "benchmarks/yaml_benchmark.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

#include "benchmarks/catalog.h"
#include "benchmarks/yaml_definition.h"
#include "benchmarks/yaml_template.h"
#include "harness/base/error.h"
#include "tests/benchmarks/scoring.h"

namespace assay {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using testing::message_of;
using testing::TemporaryFolder;

Sample sample() {
  Sample made;
  made.id = "s";
  made.question = "Which {one}?";
  made.options = {{"A", "cat"}, {"C", "dog"}};
  made.fields["source"] = "web";
  return made;
}

struct Case {
  const char* name;
  std::string text, expected;
};
void PrintTo(const Case& c, std::ostream* os) { *os << c.text; }
class PromptTemplateText : public ::testing::TestWithParam<Case> {};
TEST_P(PromptTemplateText, IsFilled) { EXPECT_EQ(PromptTemplate(GetParam().text, "({letter}) {text}").fill(sample()), GetParam().expected); }
INSTANTIATE_TEST_SUITE_P(Texts, PromptTemplateText,
    ::testing::Values(Case{"plain", "say so", "say so"}, Case{"question", "Q: {question}\n", "Q: Which {one}?\n"}, Case{"options", "{options}", "(A) cat\n(C) dog"},
                      Case{"letters", "{option_letters}", "A, C"}, Case{"field", "from {source}", "from web"}, Case{"empty_name", "<{hint}>", "<>"},
                      Case{"left_out", "[[Hint: {hint}\n]]{question}", "Which {one}?"}, Case{"kept", "[[From {source}.]]", "From web."},
                      Case{"unknown_in_section", "[[{nobody}]]x", "x"}, Case{"braces", "{{{source}}}", "{web}"}, Case{"two_sections", "[[{hint}]][[{source}]]", "web"}),
    [](const auto& c) { return c.param.name; });
TEST(PromptTemplate, SaysWhatIsWrong) {
  const auto wrong = [](const std::string& text) { return message_of<ConfigError>([&] { (void)PromptTemplate(text, "{text}"); }); };
  EXPECT_THAT(wrong("{question"), HasSubstr("{ without a name"));
  EXPECT_THAT(wrong("question}"), HasSubstr("} without {"));
  EXPECT_THAT(wrong("{}"), HasSubstr("{ without a name"));
  EXPECT_THAT(wrong("[[a[[b]]"), HasSubstr("[[ inside of [["));
  EXPECT_THAT(wrong("a]]"), HasSubstr("]] without [["));
  EXPECT_THAT(wrong("[[a"), HasSubstr("[[ without ]]"));
  EXPECT_THAT(message_of<ConfigError>([] { (void)PromptTemplate("x", "{letter}"); }), HasSubstr("option_line must have {text}"));
  EXPECT_THAT(message_of<DataError>([] { (void)PromptTemplate("{nobody}", "{text}").fill(sample()); }), HasSubstr("the prompt names {nobody}, and the sample \"s\" has no such column"));
}

/// A definition with one part replaced.
std::string definition(const std::string& from = "", const std::string& to = "") {
  std::string text =
      "name: mine\n"
      "data:\n"
      "  reader: vlmevalkit_tsv\n"
      "  file: mine.tsv\n"
      "prompts:\n"
      "  - name: plain\n"
      "    text: \"{question}\"\n"
      "scoring:\n"
      "  - name: strict\n"
      "    rule: exact\n"
      "metrics:\n"
      "  - name: accuracy\n";
  if (!from.empty()) text.replace(text.find(from), from.size(), to);
  return text;
}
std::string complaint(const std::string& from, const std::string& to) {
  const TemporaryFolder folder;
  const auto path = folder.write("b.yaml", definition(from, to));
  return message_of<ConfigError>([&] { (void)make_yaml_benchmark(path); });
}

TEST(YamlDefinition, NamesFileLineAndColumn) {
  EXPECT_EQ(complaint("name: mine", "name: mine-2"), "nothing thrown");
  EXPECT_THAT(complaint("    rule: exact\n", "    rule: exact\n    strpi: true\n"), HasSubstr("b.yaml:11:5: a scoring has no key \"strpi\"; did you mean \"strip\"?"));
  EXPECT_THAT(complaint("rule: exact", "rule: letter_vlmevalkt"), HasSubstr("b.yaml:10:11: there is no rule \"letter_vlmevalkt\"; did you mean \"letter_vlmevalkit\"?"));
  EXPECT_THAT(complaint("reader: vlmevalkit_tsv", "reader: tsv"), HasSubstr("b.yaml:3:11: there is no reader \"tsv\"; did you mean \"vlmevalkit_tsv\"?"));
  EXPECT_THAT(complaint("{question}", "{question"), HasSubstr("b.yaml:7:11: \"text\": { without a name"));
  EXPECT_THAT(complaint("\"{question}\"", "[a]"), HasSubstr("b.yaml:7:11: \"text\" must be a text"));
  EXPECT_THAT(complaint("name: mine\n", "name: mine\nname: other\n"), HasSubstr("b.yaml:2:1: \"name\" is given twice"));
  EXPECT_THAT(complaint("name: mine", "name: My Charts"), HasSubstr("\"name\" must be of a to z, 0 to 9, - and _, got \"My Charts\""));
  EXPECT_THAT(complaint("name: mine\n", ""), HasSubstr("the benchmark needs \"name\""));
  EXPECT_THAT(complaint("  - name: plain\n    text", "  - name: plain\n    max_tiles: many\n    text"), HasSubstr("\"max_tiles\" must be a whole number in [0, 1024], got \"many\""));
  EXPECT_THAT(complaint("metrics:\n  - name: accuracy\n", "metrics: []\n"), HasSubstr("\"metrics\" must be a list with at least one entry"));
  EXPECT_THAT(complaint("  - name: accuracy\n", "  - name: accuracy\n  - name: accuracy\n"), HasSubstr("b.yaml:13:11: two metrics are called \"accuracy\""));
  EXPECT_THAT(complaint("  file: mine.tsv\n", "  file: mine.tsv\n  image_folder: x\n"), HasSubstr("\"image_folder\" belongs to the reader json"));
  EXPECT_THAT(complaint("name: mine", "name: [mine"), HasSubstr("b.yaml:"));
  EXPECT_THAT(complaint("name: mine", "name: mme"), HasSubstr("\"mme\" is a built-in benchmark"));
  EXPECT_THAT(message_of<ConfigError>([] { (void)make_yaml_benchmark("nowhere.yaml"); }), HasSubstr("nowhere.yaml: cannot open"));
}
TEST(YamlDefinition, TellsEverythingAtOnce) {
  const TemporaryFolder folder;
  for (const char* text : {"", "- a\n", "x", "name: 7\nsummery: x\n"}) {
    EXPECT_THAT(message_of<ConfigError>([&] { (void)make_yaml_benchmark(folder.write("b.yaml", text)); }), HasSubstr("b.yaml:")) << text;
  }
  EXPECT_THAT(message_of<ConfigError>([&] { (void)make_yaml_benchmark(folder.write("b.yaml", "name: 7\nsummery: x\n")); }),
              AllOf(HasSubstr("did you mean \"summary\"?"), HasSubstr("needs \"data\""), HasSubstr("\"prompts\" must be a list"), HasSubstr("\"metrics\" must be a list")));
}

/// A built-in benchmark and the same one written in YAML, over one table.
struct Twins {
  std::string built_in, prompt_profile, yaml_rest;
  std::vector<std::pair<std::string, std::string>> profiles;  ///< built-in's, YAML's
  std::string tsv_name, tsv;
  std::vector<std::string> replies;
};

std::string text_of_metric(const Metric& metric) {
  return fmt::format("{} {} {} [{}, {}]", metric.name, metric.value, metric.count, metric.interval.low, metric.interval.high);
}

void expect_twins(const Twins& twins) {
  const TemporaryFolder folder;
  folder.write(twins.tsv_name, twins.tsv);
  const auto path = folder.write("b.yaml", fmt::format("name: mine\ndata: {{reader: vlmevalkit_tsv, file: {}}}\n{}", twins.tsv_name, twins.yaml_rest));
  const auto yaml = make_yaml_benchmark(path), built_in = make_benchmark(twins.built_in);
  const DataPlaces places{{folder.path()}};
  const auto data = yaml->open(places), same_data = built_in->open(places);
  ASSERT_EQ(data->size(), twins.replies.size());
  EXPECT_EQ(data->digest(), same_data->digest());
  EXPECT_EQ(yaml->main_metric(), built_in->main_metric());
  std::vector<Reply> replies;
  for (std::size_t i = 0; i < data->size(); ++i) {
    const auto ours = yaml->ask(data->get(i), "mine"), theirs = built_in->ask(same_data->get(i), twins.prompt_profile);
    EXPECT_EQ(testing::text_of(ours), testing::text_of(theirs));
    EXPECT_EQ(ours.decoding.max_new_tokens, theirs.decoding.max_new_tokens);
    EXPECT_EQ(ours.max_tiles, theirs.max_tiles);
    replies.push_back({data->get(i), twins.replies[i]});
  }
  for (const auto& [theirs, ours] : twins.profiles) {
    for (const auto& reply : replies) {
      const auto ours_score = yaml->score(reply, ours), theirs_score = built_in->score(reply, theirs);
      EXPECT_EQ(ours_score.value, theirs_score.value) << reply.text;
      EXPECT_EQ(ours_score.answer, theirs_score.answer) << reply.text;
      EXPECT_EQ(ours_score.state, theirs_score.state) << reply.text;
    }
    const auto theirs_metrics = testing::metrics_of(*built_in, replies, theirs);
    for (const auto& metric : testing::metrics_of(*yaml, replies, ours)) {
      const auto* same = testing::find_metric(theirs_metrics, metric.name);
      ASSERT_NE(same, nullptr) << metric.name;
      EXPECT_EQ(text_of_metric(metric), text_of_metric(*same));
    }
  }
}

constexpr const char* kPicture = "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";

TEST(YamlBenchmark, IsMmStarInOtherWords) {
  std::string tsv = "index\timage\tquestion\tA\tB\tC\tD\tanswer\tcategory\tl2_category\n";
  for (int i = 0; i < 6; ++i) tsv += fmt::format("{}\t{}\tWhich {}?\tcat\tdog\tcow\tox\t{}\t{}\t{}\n", i, kPicture, i, i % 2 ? "B" : "A", i < 3 ? "math" : "logical reasoning", i % 3 ? "x y" : "z");
  expect_twins({"mmstar", "vlmevalkit",
                "prompts:\n  - {name: mine, max_new_tokens: 4096, max_tiles: 6,\n     text: \"{question}\\n{options}\\nAnswer with the option's letter from the given choices directly.\"}\n"
                "scoring:\n  - {name: a, rule: letter_mmstar}\n  - {name: b, rule: letter_vlmevalkit, through_spreadsheet: true}\n"
                "metrics:\n  - {name: accuracy, by: [category, l2_category]}\n",
                {{"official", "a"}, {"vlmevalkit", "b"}}, "MMStar.tsv", tsv, {"A", "(B) dog", "the answer is a", "None", "", "I see a dog and a cat"}});
}
TEST(YamlBenchmark, IsDocVqaInOtherWords) {
  std::string tsv = "index\timage\tquestion\tanswer\n";
  for (int i = 0; i < 5; ++i) tsv += fmt::format("{}\t{}\tWhat {}?\t['total {}', 'sum']\n", i, kPicture, i, i);
  expect_twins({"docvqa_val", "vlmevalkit",
                "prompts:\n  - {name: mine, max_new_tokens: 4096, max_tiles: 18, text: \"{question}\\nAnswer the question using a single word or phrase.\"}\n"
                "scoring:\n  - {name: a, rule: anls}\nmetrics:\n  - name: anls\n",
                {{"official", "a"}}, "DocVQA_VAL.tsv", tsv, {"total 0", "totol 1", "nothing", "", "SUM "}});
}
TEST(YamlBenchmark, IsChartQaInOtherWords) {
  std::string tsv = "index\timage\tquestion\tanswer\tcategory\n";
  for (int i = 0; i < 6; ++i) tsv += fmt::format("{}\t{}\tHow many {}?\t{}\t{}\n", i, kPicture, i, 10 * i + 10, i < 3 ? "human" : "augmented");
  expect_twins({"chartqa_test", "plain",
                "prompts:\n  - {name: mine, max_new_tokens: 1024, text: \"{question}\\nAnswer the question using a single word or phrase.\"}\n"
                "scoring:\n  - {name: a, rule: relaxed_accuracy}\n  - {name: b, rule: relaxed_accuracy_swapped, strip: true}\n"
                "metrics:\n  - {name: relaxed_accuracy, by: category}\n",
                {{"lmms-eval", "a"}, {"internvl", "b"}}, "ChartQA_TEST.tsv", tsv, {"9.5", "20%", " 30 ", "41", "fifty", "57.2"}});
}

TEST(YamlBenchmark, CountsCircularGroups) {
  const TemporaryFolder folder;
  std::string tsv = "index\timage\tquestion\tA\tB\tanswer\tcategory\n";
  for (const int index : {1, 1000001, 2, 1000002, 3}) tsv += fmt::format("{}\t{}\tq\tcat\tdog\tA\tk\n", index, kPicture);
  folder.write("mine.tsv", tsv);
  auto text = definition("  - name: accuracy\n", "  - {name: circular_accuracy, kind: circular, by: category}\n  - {name: accuracy}\n");
  text.replace(text.find("rule: exact"), 11, "rule: letter_first\n    scale: percent");
  const auto benchmark = make_yaml_benchmark(folder.write("b.yaml", text));
  const auto data = benchmark->open({});
  std::vector<Reply> replies;
  for (std::size_t i = 0; i < data->size(); ++i) replies.push_back({data->get(i), i == 3 ? "B" : "A"});
  const auto metrics = testing::metrics_of(*benchmark, replies);
  EXPECT_DOUBLE_EQ(testing::value_of(metrics, "circular_accuracy"), 100.0 / 3);  // 2 has a wrong rotation, 3 lacks one
  EXPECT_DOUBLE_EQ(testing::value_of(metrics, "k.circular_accuracy"), 100.0 / 3);
  EXPECT_DOUBLE_EQ(testing::value_of(metrics, "accuracy"), 80);
  const auto bases = benchmark->bases(testing::scored(*benchmark, replies), "strict");
  EXPECT_DOUBLE_EQ(value_of(bases.at(0)), 100.0 / 3);
  EXPECT_EQ(bases.at(0).rows.size(), 3u);
}
TEST(YamlBenchmark, ReadsJsonRowsByTheirColumns) {
  const TemporaryFolder folder;
  folder.write("mine.jsonl", R"({"key": "a", "query": "q", "labels": ["B"], "choices": ["x", "y"], "kind": "k", "picture": "p.png", "source": "web"})" "\n"
                             R"({"key": 7, "query": "r", "labels": 3, "choices": null, "kind": "k", "picture": ["p.png", "/q.png"]})" "\n");
  const auto benchmark = make_yaml_benchmark(folder.write("b.yaml", definition("  reader: vlmevalkit_tsv\n  file: mine.tsv\n",
      "  reader: json\n  file: mine.jsonl\n  image_folder: pictures\n  columns: {id: key, question: query, answer: labels, options: choices, category: kind, image: picture}\n")));
  const auto data = benchmark->open({});
  const Sample first = data->get(0), second = data->get(1);
  EXPECT_EQ(first.id + first.question + first.category + first.fields.at("source"), "aqkweb");
  ASSERT_EQ(first.options.size(), 2u);
  EXPECT_EQ(first.options[1].letter + first.options[1].text, "By");
  EXPECT_THAT(first.references, ElementsAre("B"));
  EXPECT_EQ(first.images.at(0).path, folder.path() / "pictures" / "p.png");
  EXPECT_EQ(second.id, "7");
  EXPECT_THAT(second.references, ElementsAre("3"));
  EXPECT_EQ(second.images.at(1).path, "/q.png");
  const auto wrong = make_yaml_benchmark(folder.write("b.yaml", definition("  reader: vlmevalkit_tsv\n  file: mine.tsv\n", "  reader: json\n  file: mine.jsonl\n")));
  EXPECT_THAT(message_of<DataError>([&] { (void)wrong->open({}); }), HasSubstr("mine.jsonl:1: no member question, answer, image; found: key, query"));
}

TEST(YamlRules, AreSortedAndSayWhatTheyDo) {
  const auto rules = yaml_rules();
  for (std::size_t i = 0; i < rules.size(); ++i) {
    EXPECT_FALSE(rules[i].says.empty());
    EXPECT_TRUE(i == 0 || rules[i - 1].name < rules[i].name) << rules[i].name;
  }
}
TEST(YamlRules, ReadAnyReply) {
  Sample labelled = sample();
  labelled.references = {"A", "cat", "A", "A", "A", "A", "A", "A", "A", "yes"};
  for (const auto& rule : yaml_rules()) {
    for (const auto* text : {"", "A", "yes", "12.5 %", "\xff\xfe", "[0, 1]", "(C) dog. The answer is A"}) {
      const auto reading = rule.read(text, labelled);
      EXPECT_TRUE(reading.value >= 0 && reading.value <= 1) << rule.name << " " << text;
      EXPECT_TRUE(rule.is_graded || reading.value == 0 || reading.value == 1) << rule.name;
    }
  }
}

}  // namespace
}  // namespace assay
