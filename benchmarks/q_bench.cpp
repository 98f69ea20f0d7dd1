#include <fmt/format.h>

#include <string>

#include "benchmarks/choice_benchmark.h"
#include "benchmarks/choice_question.h"
#include "benchmarks/families.h"
#include "benchmarks/find_data.h"
#include "datasets/hub_sets.h"
#include "datasets/qbench_json.h"
#include "datasets/vlmevalkit_tsv.h"
#include "harness/base/error.h"
#include "harness/base/json.h"
#include "metrics/option_letter.h"

namespace assay {
namespace {

constexpr SuffixProfile kPrompts[] = {
    {"vlmevalkit", "", 4096, 6},
    {"internvl", "", 100, 6},
    {"lmms-eval", "\n", 32, 0},
    {"llava", "", 1024, 0},
    {"plain", "", 1024, 0},
};

Letter by_lmms(const Reply& reply) { return letter_lmms_mmmu(reply.text, choices_of(reply.sample)); }

constexpr ChoiceProfile kScorings[] = {
    {"official", letter_or_text, Scale::kFraction},
    {"vlmevalkit", letter_by_vlmevalkit, Scale::kFraction},
    {"lmms-eval", by_lmms, Scale::kFraction},  // where the source stops at several letters, the last counts
    {"internvl", letter_by_internvl, Scale::kFraction},
    {"xcomposer", letter_by_xcomposer, Scale::kFraction},
};

std::string with_options(const Sample& sample, std::string_view request) {
  std::string text = sample.question + "\n" + std::string(request);
  for (const auto& option : sample.options) text += fmt::format("{}{}. {}", option.letter == "A" ? "" : "\n", option.letter, option.text);
  return text;
}

std::string english_text(const Sample& sample, std::string_view profile) {
  return profile == "llava" ? with_options(sample, "Choose between one of the options as follows:\n") : choice_text(sample, profile);
}
std::string chinese_text(const Sample& sample, std::string_view profile) {
  return profile == "llava" ? with_options(sample, "在下列选项中选择一个:\n") : choice_text(sample, profile);
}

/// What is asked (the authors' type) and about what (their concern); VLMEvalKit's table names them in `category`.
std::string name_in(const Sample& sample, const char* column, const char* hub_column, std::initializer_list<std::string_view> names) {
  auto found = sample.fields.find(column);
  if (found == sample.fields.end()) found = sample.fields.find(hub_column);
  if (found == sample.fields.end() || found->second.size() != 1) return "";
  const auto place = static_cast<std::size_t>(found->second[0] - '0');
  return place < names.size() ? std::string(names.begin()[place]) : "";
}
std::vector<std::string> parts_of(const Sample& sample) {
  return {name_in(sample, "type", "question_type", {"yes_or_no", "what", "how"}),
          name_in(sample, "concern", "question_concern", {"distortion", "other", "in_context_distortion", "in_context_other"}), snake_case(sample.category)};
}

std::unique_ptr<SampleSource> open_json(const DataPlaces& places, std::string_view json) {
  return open_qbench_json(find_data(places, {"qbench", "Q-Bench", "q_bench"}, {json}, fmt::format("Q-Bench: the authors' {}", json)));
}
std::unique_ptr<SampleSource> open_json_or_table(const DataPlaces& places, std::string_view json, std::string_view tsv, std::string_view hub) {
  const auto found = find_data(places, {"qbench", "Q-Bench", "q_bench", "LMUData"}, {json, tsv}, fmt::format("Q-Bench: the authors' {} or VLMEvalKit's {}", json, tsv),
                               {"Q-Bench-HF", hub});
  if (found.extension() == ".parquet") return open_hub_q_bench(found);
  return found.extension() == ".tsv" ? open_vlmevalkit_tsv(found) : open_qbench_json(found);
}
std::unique_ptr<SampleSource> open_dev(const DataPlaces& places) { return open_json_or_table(places, "llvisionqa_dev.json", "Q-Bench1_VAL.tsv", "data/dev-*.parquet"); }
std::unique_ptr<SampleSource> open_test(const DataPlaces& places) { return open_json_or_table(places, "llvisionqa_test.json", "Q-Bench1_TEST.tsv", "data/test-*.parquet"); }
std::unique_ptr<SampleSource> open_dev_cn(const DataPlaces& places) { return open_json(places, "质衡-问答-验证集.json"); }
std::unique_ptr<SampleSource> open_test_cn(const DataPlaces& places) { return open_json(places, "质衡-问答-测试集.json"); }

/// The questions with the replies, a line each, for the authors, who keep the labels of the test part.
std::optional<Submission> submit(std::span<const Reply> replies) {
  if (!replies.empty() && !replies.front().sample.references.empty()) return std::nullopt;
  std::string lines;
  for (const auto& reply : replies) {
    json::Document row;
    row.SetObject();
    auto& allocator = row.GetAllocator();
    const auto add = [&](const char* key, std::string_view text) { row.AddMember(rapidjson::StringRef(key), json::string_value(text, allocator), allocator); };
    const auto picture = reply.sample.fields.find("img_path");
    add("id", reply.sample.id);
    if (picture != reply.sample.fields.end()) add("img_path", picture->second);
    add("question", reply.sample.question);
    json::Value candidates(rapidjson::kArrayType);
    for (const auto& option : reply.sample.options) candidates.PushBack(json::string_value(option.text, allocator), allocator);
    row.AddMember("candidates", candidates, allocator);
    add("response", reply.text);
    lines += json::dump(row) + "\n";
  }
  return Submission{"qbench_test.jsonl", std::move(lines)};
}

constexpr ChoiceTraits kSets[] = {
    {"q_bench_dev", "dev", kPrompts, kScorings, open_dev, english_text, parts_of},
    {"q_bench_dev_cn", "dev", kPrompts, kScorings, open_dev_cn, chinese_text, parts_of},
    {"q_bench_test", "test", kPrompts, kScorings, open_test, english_text, parts_of, nullptr, submit},
    {"q_bench_test_cn", "test", kPrompts, kScorings, open_test_cn, chinese_text, parts_of, nullptr, submit},
};

}  // namespace

std::unique_ptr<Benchmark> make_q_bench(std::string_view name) {
  for (const auto& set : kSets) {
    if (set.name == name) return make_choice_benchmark(set);
  }
  throw InternalError(fmt::format("no part of Q-Bench is called \"{}\"", name));
}

}  // namespace assay
