#include <fmt/format.h>

#include <algorithm>
#include <string>
#include <utility>

#include "benchmarks/choice_question.h"
#include "benchmarks/choice_scoring.h"
#include "benchmarks/families.h"
#include "benchmarks/family_prompts.h"
#include "benchmarks/find_data.h"
#include "benchmarks/mmmu_predictions.h"
#include "benchmarks/mmmu_subjects.h"
#include "benchmarks/profile.h"
#include "benchmarks/prompt.h"
#include "benchmarks/score_state.h"
#include "datasets/filtered.h"
#include "datasets/hub_sets.h"
#include "datasets/mmmu_answers.h"
#include "datasets/pandas_types.h"
#include "datasets/vlmevalkit_tsv.h"
#include "harness/base/error.h"
#include "harness/base/json.h"
#include "metrics/mmmu_answer.h"
#include "metrics/option_letter.h"
#include "metrics/python_text.h"

namespace assay {
namespace {

/// InternVL's own script also doubles the first picture's size and cuts the others into one tile; a prompt here has one limit for all pictures.
constexpr SuffixProfile kPrompts[] = {
    {"vlmevalkit", "", 4096, 12},
    {"internvl", "", 10, 6},
    {"lmms-eval", "", 128, 0},
    {"plain", "", 1024, 0},
};
constexpr std::string_view kLetterRequest = "Answer with the option's letter from the given choices directly.";
constexpr std::string_view kShortRequest = "Answer the question using a single word or phrase.";

/// The options, or letters without a text: no reply holds the NUL that stands for one.
std::vector<Choice> options_of(const Sample& sample) {
  if (!sample.options.empty()) return choices_of(sample);
  std::vector<Choice> choices;
  for (char letter = 'A'; letter <= 'I'; ++letter) choices.push_back({std::string(1, letter), std::string(1, '\0')});
  return choices;
}

Letter by_authors(const Reply& reply) {
  if (is_read_already(reply.sample)) return reply.text;
  const auto letter = letter_mmmu(reply.text, options_of(reply.sample));
  return letter ? letter : recorded_choice(reply.sample);
}
Letter by_lmms(const Reply& reply) { return letter_lmms_mmmu(reply.text, options_of(reply.sample)); }
Letter by_internvl(const Reply& reply) { return letter_internvl(reply.text, options_of(reply.sample)); }
Letter by_vlmevalkit(const Reply& reply) { return letter_vlmevalkit(as_vlmevalkit_reads(reply.text), options_of(reply.sample)); }

/// What is read out of a reply to an open question, and whether it is right.
struct OpenAnswer {
  std::optional<std::string> text;
  bool is_right = false;
};

std::string text_of(const OpenValue& value) {
  const auto* number = std::get_if<double>(&value);
  return number != nullptr ? python_float_text(*number) : std::get<std::string>(value);
}

OpenAnswer open_by_authors(const Reply& reply) {
  const auto parsed = parse_mmmu_open(reply.text);
  std::string text;
  for (const auto& value : parsed) text += (text.empty() ? "" : "; ") + text_of(value);
  return {text, mmmu_open_matches(parsed, reply.sample.references)};
}

OpenAnswer open_by_xcomposer(const Reply& reply) {
  Reply lowered = reply;
  lowered.text = python::lower(reply.text);
  return open_by_authors(lowered);
}

/// VLMEvalKit makes it a choice between the label and "Other Answers".
OpenAnswer open_by_vlmevalkit(const Reply& reply) {
  const auto& sample = reply.sample;
  const auto cell = sample.fields.find("answer");  // as it stands in the table, a list included
  const std::string label = cell != sample.fields.end() ? cell->second : sample.references.empty() ? "" : sample.references.front();
  const std::vector<Choice> choices = {{"A", label}, {"B", "Other Answers"}};
  const auto letter = letter_vlmevalkit(as_vlmevalkit_reads(reply.text), choices);
  return {letter, letter == "A"};
}

struct ScoringProfile {
  std::string_view name;
  Letter (*read)(const Reply&);
  OpenAnswer (*read_open)(const Reply&);
};
constexpr ScoringProfile kScorings[] = {
    {"official", by_authors, open_by_authors},
    {"vlmevalkit", by_vlmevalkit, open_by_vlmevalkit},
    {"lmms-eval", by_lmms, open_by_authors},
    {"internvl", by_internvl, open_by_authors},
    {"xcomposer", letter_by_xcomposer, open_by_xcomposer},
};

struct Split {
  std::string_view name;
  std::string_view in_table;  ///< of MMMU_DEV_VAL.tsv; empty: the split has a table of its own
  std::string_view labels;    ///< the authors' label file; empty: there is none
};
constexpr Split kSplits[] = {{"dev", "dev", ""}, {"val", "validation", "answer_dict_val.json"}, {"test", "", ""}};

/// The authors' script for answers already read prints three decimals.
constexpr int kPrintedDecimals = 3;

class Mmmu final : public CatalogBenchmark {
 public:
  explicit Mmmu(const Split& split) : split_(split) {}
  [[nodiscard]] std::string name() const override { return fmt::format("mmmu_{}", split_.name); }
  [[nodiscard]] std::string split() const override { return std::string(split_.name); }
  [[nodiscard]] std::string main_metric() const override { return "accuracy"; }
  [[nodiscard]] std::unique_ptr<SampleSource> open(const DataPlaces& places) const override;
  [[nodiscard]] std::vector<std::string> prompt_profiles() const override { return with_family_profiles(profile_names<SuffixProfile>(kPrompts), name()); }
  [[nodiscard]] Question ask(const Sample& sample, std::string_view prompt_profile) const override;
  [[nodiscard]] std::vector<std::string> scoring_profiles() const override { return profile_names<ScoringProfile>(kScorings); }
  [[nodiscard]] Score score(const Reply& reply, std::string_view profile) const override;
  [[nodiscard]] std::vector<Metric> metrics(std::span<const ScoredReply> replies, std::string_view profile) const override;
  [[nodiscard]] std::vector<MetricBasis> bases(std::span<const ScoredReply> replies, std::string_view profile) const override;

  [[nodiscard]] std::vector<Reply> read_predictions(const std::filesystem::path& path, const SampleSource* data) const override {
    return read_mmmu_predictions(path, data);
  }
  [[nodiscard]] std::optional<Submission> submission(std::span<const Reply> replies) const override;

 private:
  [[nodiscard]] const ScoringProfile& scoring(std::string_view profile) const {
    return find_profile<ScoringProfile>(kScorings, profile, "scoring profile of " + name());
  }

  const Split& split_;
};

std::unique_ptr<SampleSource> Mmmu::open(const DataPlaces& places) const {
  const std::string tsv = split_.in_table.empty() ? "MMMU_TEST.tsv" : "MMMU_DEV_VAL.tsv";
  const auto what = fmt::format("{}: VLMEvalKit's {}{}", name(), tsv, split_.labels.empty() ? "" : fmt::format(", or to score only the authors' {}", split_.labels));
  const auto files = fmt::format("data/{}-*.parquet", split_.name == "val" ? "validation" : split_.name);
  const HubSplit hub{"MMMU", files};
  const auto found = split_.labels.empty() ? find_data(places, {"MMMU", "mmmu", "LMUData"}, {tsv}, what, hub)
                                           : find_data(places, {"MMMU", "mmmu", "LMUData", "MMMU/mmmu"}, {tsv, split_.labels}, what, hub);
  if (found.extension() == ".parquet") return open_hub_mmmu(found);
  if (found.extension() == ".json") return open_mmmu_answers(found);
  auto table = open_vlmevalkit_tsv(found);
  if (split_.in_table.empty()) return table;
  const auto is_ours = [&](const Sample& sample) {
    const auto column = sample.fields.find("split");
    return column != sample.fields.end() && column->second == split_.in_table;
  };
  return filtered(std::move(table), is_ours, fmt::format("row with split \"{}\"", split_.in_table));
}

Question Mmmu::ask(const Sample& sample, std::string_view prompt_profile) const {
  if (sample.question.empty()) throw DataError(fmt::format("{}: {} has a label and no question; give VLMEvalKit's table to ask it", name(), sample.id));
  if (auto asked = ask_by_family(name(), sample, prompt_profile)) return std::move(*asked);
  const auto& profile = find_profile<SuffixProfile>(kPrompts, prompt_profile, "prompt profile of " + name());
  if (profile.name == "plain") {
    Question question = suffixed_question(sample, "", profile);
    question.prompt = interleaved_prompt(sample, choice_text_plain(sample));
    return question;
  }
  if (profile.name == "vlmevalkit") {
    Question question = suffixed_question(sample, choice_text_letter(sample, AskIn::kLanguageOfQuestion), profile);
    constexpr std::size_t kMostTiles = 64;  // over all pictures
    if (sample.images.size() > 1) question.max_tiles = static_cast<int>(std::clamp<std::size_t>(kMostTiles / sample.images.size(), 1, 12));
    return question;
  }
  const std::string gap = profile.name == "lmms-eval" ? "\n\n" : "\n";
  return suffixed_question(sample, fmt::format("{}{}{}{}", sample.question, option_lines(sample.options), gap, is_mmmu_choice(sample) ? kLetterRequest : kShortRequest), profile);
}

Score Mmmu::score(const Reply& reply, std::string_view profile) const {
  const auto& rule = scoring(profile);
  if (!is_mmmu_choice(reply.sample)) {
    const auto answer = rule.read_open(reply);
    return make_score(reply, answer.text, value_if_labelled(reply.sample, answer.is_right));
  }
  const auto letter = rule.read(reply);
  const auto& references = reply.sample.references;
  return make_score(reply, letter, value_if_labelled(reply.sample, letter && std::ranges::find(references, *letter) != references.end()));
}

Accuracies gather(std::span<const ScoredReply> replies) {
  Accuracies accuracies;
  for (const auto& scored : replies) {
    const auto subject = mmmu_subject(scored.reply.sample);
    accuracies.add(scored, {snake_case(mmmu_domain(subject)), snake_case(subject)});
  }
  return accuracies;
}

std::vector<Metric> Mmmu::metrics(std::span<const ScoredReply> replies, std::string_view profile) const {
  const auto& rule = scoring(profile);
  auto metrics = gather(replies).metrics(Scale::kFraction);
  const bool are_read = std::ranges::all_of(replies, [](const ScoredReply& scored) { return is_read_already(scored.reply.sample); });
  if (rule.name == "official" && are_read) {
    for (auto& metric : metrics) metric.value = python::round(metric.value, kPrintedDecimals);
  }
  return metrics;
}

std::vector<MetricBasis> Mmmu::bases(std::span<const ScoredReply> replies, std::string_view profile) const {
  (void)scoring(profile);
  return {gather(replies).basis(Scale::kFraction)};
}

/// {id: answer}: a letter, or what was written. Where no letter can be read the authors' script draws one; the reply goes as it is.
std::optional<Submission> Mmmu::submission(std::span<const Reply> replies) const {
  if (split_.name != "test") return std::nullopt;
  json::Document answers;
  answers.SetObject();
  auto& allocator = answers.GetAllocator();
  for (const auto& reply : replies) {
    const auto letter = is_mmmu_choice(reply.sample) ? by_authors(reply) : std::nullopt;
    answers.AddMember(json::string_value(mmmu_id(reply.sample), allocator), json::string_value(letter.value_or(reply.text), allocator), allocator);
  }
  return Submission{name() + ".json", json::dump_pretty(answers) + "\n"};
}

}  // namespace

std::unique_ptr<Benchmark> make_mmmu(std::string_view split) {
  for (const auto& known : kSplits) {
    if (known.name == split) return std::make_unique<Mmmu>(known);
  }
  throw InternalError(fmt::format("no split of MMMU is called \"{}\"", split));
}

}  // namespace assay
