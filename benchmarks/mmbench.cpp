#include <algorithm>
#include <cmath>
#include <map>
#include <utility>
#include <optional>

#include "benchmarks/basis.h"
#include "benchmarks/choice_question.h"
#include "benchmarks/fallback_judge.h"
#include "benchmarks/families.h"
#include "benchmarks/family_prompts.h"
#include "benchmarks/judge.h"
#include "benchmarks/find_data.h"
#include "benchmarks/mmbench_submission.h"
#include "benchmarks/prediction_file.h"
#include "benchmarks/profile.h"
#include "benchmarks/prompt.h"
#include "benchmarks/score_state.h"
#include "benchmarks/summary.h"
#include "datasets/circular.h"
#include "datasets/hub_sets.h"
#include "datasets/locate.h"
#include "datasets/mmbench_samples.h"
#include "datasets/vlmevalkit_tsv.h"
#include "harness/base/error.h"
#include "metrics/option_letter.h"
#include "metrics/python_text.h"

namespace assay {
namespace {

enum class Language { kEnglish, kChinese };

/// One member of the family.
struct Split {
  std::string_view name, split;
  Language language;
  std::string_view tsv;         ///< VLMEvalKit's
  std::string_view legacy_tsv;  ///< the authors'; empty: there is none
  std::string_view sample_set;  ///< its set in the authors' samples folder; empty: none
  bool has_answers;
  std::string_view hub = {};    ///< files of the hub's MMBench; empty: the set has no such split
};
constexpr Split kSplits[] = {
    {"ccbench", "test", Language::kChinese, "CCBench.tsv", "CCBench_legacy.tsv", "CCBench", true, "cc/test-*.parquet"},
    {"mmbench_dev_cn", "dev", Language::kChinese, "MMBench_DEV_CN.tsv", "mmbench_dev_cn_20231003.tsv", "MMBench", true, "cn/dev-*.parquet"},
    {"mmbench_dev_cn_v11", "dev", Language::kChinese, "MMBench_DEV_CN_V11.tsv", "", "", true},
    {"mmbench_dev_en", "dev", Language::kEnglish, "MMBench_DEV_EN.tsv", "mmbench_dev_en_20231003.tsv", "MMBench", true, "en/dev-*.parquet"},
    {"mmbench_dev_en_v11", "dev", Language::kEnglish, "MMBench_DEV_EN_V11.tsv", "", "", true},
    {"mmbench_test_cn", "test", Language::kChinese, "MMBench_TEST_CN.tsv", "mmbench_test_cn_20231003.tsv", "", false, "cn/test-*.parquet"},
    {"mmbench_test_cn_v11", "test", Language::kChinese, "MMBench_TEST_CN_V11.tsv", "", "", false},
    {"mmbench_test_en", "test", Language::kEnglish, "MMBench_TEST_EN.tsv", "mmbench_test_en_20231003.tsv", "", false, "en/test-*.parquet"},
    {"mmbench_test_en_v11", "test", Language::kEnglish, "MMBench_TEST_EN_V11.tsv", "", "", false},
};

using Letter = std::optional<std::string>;

Letter by_vlmevalkit(const Reply& reply) { return letter_vlmevalkit(reply.text, choices_of(reply.sample)); }
Letter by_vlmevalkit_read_back(const Reply& reply) {
  return letter_vlmevalkit(as_vlmevalkit_reads(reply.text), choices_of(reply.sample));
}
Letter by_lmms(const Reply& reply) { return letter_lmms_mmbench(python::strip(reply.text), choices_of(reply.sample)); }
/// mmbench_en_dev_static: what the first rule leaves open goes to the general one, in place of a judge.
Letter by_lmms_static(const Reply& reply) {
  const auto choices = choices_of(reply.sample);
  const auto letter = letter_lmms_mmbench(python::strip(reply.text), choices);
  return letter ? letter : letter_lmms_extract(python::strip(reply.text), choices);
}
Letter by_internvl(const Reply& reply) { return letter_internvl(reply.text, choices_of(reply.sample)); }

enum class MissingRotations {
  kWrong,   ///< a circular group counts as right only when all of its rotations are there and right
  kIgnored  ///< a group is judged on the rows there are, as VLMEvalKit and lmms-eval do; without its first row it does not count
};

/// No profile draws a letter: a reply that the rule cannot read is wrong and unparsed, or a judge says which option it means. Where that judge has no
/// answer the reply has no score, and its question none either unless another rotation is wrong.
struct ScoringProfile {
  std::string_view name;
  Letter (*read)(const Reply&);
  Scale scale;
  MissingRotations missing;
  std::optional<NoOption> judge = {};  ///< nothing: none is asked
};
constexpr ScoringProfile kScorings[] = {
    {"official", by_vlmevalkit, Scale::kFraction, MissingRotations::kWrong},
    {"vlmevalkit", by_vlmevalkit_read_back, Scale::kFraction, MissingRotations::kIgnored},
    {"lmms-eval", by_lmms, Scale::kPercent, MissingRotations::kIgnored},
    {"lmms-eval-static", by_lmms_static, Scale::kPercent, MissingRotations::kIgnored},
    {"internvl", by_internvl, Scale::kFraction, MissingRotations::kWrong},
    {"vlmevalkit-judged", by_vlmevalkit_read_back, Scale::kFraction, MissingRotations::kIgnored, NoOption::kZ},
    {"lmms-eval-judged", by_lmms, Scale::kPercent, MissingRotations::kIgnored, NoOption::kE},
};

constexpr std::int64_t kRotationStep = 1'000'000;  // a rotated row's index is its question's plus k million

/// The question that a row is a rotation of.
std::string circular_group(const Sample& sample) {
  const auto given = sample.fields.find("g_index");
  if (given != sample.fields.end()) return given->second;
  const auto index = python::parse_int(sample.id);
  if (index) return std::to_string(*index % kRotationStep);
  return sample.group.empty() ? sample.id : sample.group;
}

bool is_first_rotation(const Sample& sample) { return sample.id == circular_group(sample); }

/// The six abilities of level two, whether the file has a column for them or writes "Logic Reasoning: Future Prediction".
std::string ability_of(const Sample& sample) {
  const auto column = sample.fields.find("l2-category");
  if (column != sample.fields.end()) return snake_case(column->second);
  const auto colon = sample.category.find(": ");
  return colon == std::string::npos ? "" : snake_case(sample.category.substr(0, colon));
}

std::string category_of(const Sample& sample) {
  const auto colon = sample.category.find(": ");
  return snake_case(colon == std::string::npos ? sample.category : sample.category.substr(colon + 2));
}

/// Several questions may be on one; without a picture the question is all there is.
std::string picture_of(const Sample& sample) { return sample.images.empty() ? circular_group(sample) : sample.images.front().name_in_set(); }

/// A question with all of its rotations.
struct Group {
  std::size_t rows = 0, right = 0, options = 0;
  std::size_t undecided = 0;  ///< of the rows: those that wait for a judge's word
  bool has_first = false;
  std::string ability, category;
  std::string picture;

  [[nodiscard]] bool is_incomplete() const { return !has_first || rows < options; }
  [[nodiscard]] bool is_undecided() const { return undecided > 0 && right + undecided == rows; }
};

std::map<std::string, Group> gather_groups(std::span<const ScoredReply> replies) {
  std::map<std::string, Group> groups;
  for (const auto& scored : replies) {
    const Sample& sample = scored.reply.sample;
    if (sample.references.empty()) continue;
    Group& group = groups[circular_group(sample)];
    ++group.rows;
    group.right += scored.score.value == 1 ? 1 : 0;
    group.undecided += std::isnan(scored.score.value) ? 1 : 0;
    group.options = std::max(group.options, sample.options.size());
    group.has_first |= is_first_rotation(sample);
    if (group.rows == 1 || is_first_rotation(sample)) group.picture = picture_of(sample);
    if (group.ability.empty() || is_first_rotation(sample)) group.ability = ability_of(sample), group.category = category_of(sample);
  }
  return groups;
}

class MmBench final : public CatalogBenchmark {
 public:
  explicit MmBench(const Split& split) : split_(split) {}
  [[nodiscard]] std::string name() const override { return std::string(split_.name); }
  [[nodiscard]] std::string split() const override { return std::string(split_.split); }
  [[nodiscard]] std::string main_metric() const override { return "circular_accuracy"; }
  [[nodiscard]] std::unique_ptr<SampleSource> open(const DataPlaces& places) const override;
  [[nodiscard]] std::vector<std::string> prompt_profiles() const override { return with_family_profiles(profile_names<SuffixProfile>(kChoicePrompts), name()); }
  [[nodiscard]] Question ask(const Sample& sample, std::string_view prompt_profile) const override;
  [[nodiscard]] std::vector<std::string> scoring_profiles() const override { return profile_names<ScoringProfile>(kScorings); }
  [[nodiscard]] std::vector<JudgeQuestion> judge_questions(const Reply& reply, std::string_view profile) const override;
  [[nodiscard]] Score score(const Reply& reply, std::string_view profile) const override;
  [[nodiscard]] std::vector<Metric> metrics(std::span<const ScoredReply> replies, std::string_view profile) const override;
  [[nodiscard]] std::vector<MetricBasis> bases(std::span<const ScoredReply> replies, std::string_view profile) const override;
  [[nodiscard]] std::vector<MetricNote> metric_notes() const override {
    return {{"circular_accuracy", "circular groups with every rotation answered right / circular groups"},
            {"vanilla_accuracy", "questions answered right as first asked / questions"},
            {"vanilla_all_accuracy", "rotations answered right / rotations"},
            {"<category>.circular_accuracy", "the same as circular_accuracy of one category or l2-category"},
            {"incomplete_groups", "circular groups with a rotation missing: a count, divided by nothing"}};
  }
  [[nodiscard]] std::vector<Reply> read_predictions(const std::filesystem::path& path, const SampleSource* data) const override;
  [[nodiscard]] std::optional<Submission> submission(std::span<const Reply> replies) const override;

 private:
  [[nodiscard]] const ScoringProfile& scoring(std::string_view profile) const {
    return find_profile<ScoringProfile>(kScorings, profile, "scoring profile of " + name());
  }
  [[nodiscard]] std::string lmms_text(const Sample& sample) const;

  const Split& split_;
};

std::unique_ptr<SampleSource> MmBench::open(const DataPlaces& places) const {
  std::vector<std::string> candidates;
  for (const std::string_view folder : {"", "LMUData/", "MMBench/", "mmbench/", "MMBench_V11/", "CCBench/"}) {
    candidates.push_back(fmt::format("{}{}", folder, split_.tsv));
    if (!split_.legacy_tsv.empty()) candidates.push_back(fmt::format("{}{}", folder, split_.legacy_tsv));
  }
  if (!split_.sample_set.empty()) {
    candidates.push_back("mmbench-samples/questions.jsonl");
    // the samples folder itself is known by its picture folder: other data sets have a questions.jsonl too
    candidates.push_back(fmt::format("{}/../questions.jsonl", split_.sample_set));
  }
  if (!split_.hub.empty() && !try_find_first(places.roots, candidates)) {
    if (const auto hub = try_find_hub(places, {"MMBench", split_.hub})) return open_hub_mmbench(*hub);
  }
  const auto what = fmt::format("{}: VLMEvalKit's {}{}", split_.name, split_.tsv, split_.hub.empty() ? "" : fmt::format(", or the hub's MMBench ({})", split_.hub));
  const auto found = find_first(places.roots, candidates, what).lexically_normal();
  if (found.extension() == ".tsv") return open_vlmevalkit_tsv(found);
  const std::string language = split_.language == Language::kChinese ? "cn" : "en";
  return make_circular(open_mmbench_samples(found.parent_path(), std::string(split_.sample_set), language));
}

/// lmms-eval writes the English line above the options in every language, and none of the hints of CCBench.
/// Source   EvolvingLMMs-Lab/lmms-eval 75571cfe lmms_eval/tasks/mmbench/{en,cn,cc}_utils.py
std::string MmBench::lmms_text(const Sample& sample) const {
  std::string text = sample.hint.empty() || split_.name == "ccbench" ? sample.question : sample.hint + " " + sample.question;
  text += " There are several options:";
  for (const auto& option : sample.options) {
    if (option.letter <= "E" && !option.text.empty() && option.text != "nan") text += "\n" + option.letter + ". " + option.text;
  }
  return text + (split_.language == Language::kChinese ? "\n\n请直接使用所提供的选项字母作为答案回答。"
                                                       : "\n\nAnswer with the option's letter from the given choices directly.");
}

Question MmBench::ask(const Sample& sample, std::string_view prompt_profile) const {
  if (auto asked = ask_by_family(name(), sample, prompt_profile)) return std::move(*asked);
  const auto& profile = find_profile<SuffixProfile>(kChoicePrompts, prompt_profile, "prompt profile of " + name());
  const bool in_chinese = split_.language == Language::kChinese;
  if (profile.name == "plain") return suffixed_question(sample, choice_text_plain(sample), profile);
  if (profile.name == "lmms-eval") {
    Question question = suffixed_question(sample, lmms_text(sample), profile);
    if (in_chinese) question.decoding.max_new_tokens = 256;
    else question.decoding.stop = {"ASSISTANT:"};
    return question;
  }
  const bool is_internvl = profile.name == "internvl";
  const bool asks_by_file = is_internvl || profile.name == "llava";
  const AskIn language = !asks_by_file ? AskIn::kLanguageOfQuestion : in_chinese ? AskIn::kChinese : AskIn::kEnglish;
  Question question = suffixed_question(sample, choice_text_letter(sample, language), profile);
  if (is_internvl) question.decoding.min_new_tokens = 1;
  return question;
}

/// A reply that the rule cannot read, and that can be right at all.
bool needs_judge(const Reply& reply, const ScoringProfile& rule) {
  return rule.judge && may_be_judged(reply) && !rule.read(reply);
}

std::vector<JudgeQuestion> MmBench::judge_questions(const Reply& reply, std::string_view profile) const {
  const auto& rule = scoring(profile);
  if (!needs_judge(reply, rule)) return {};
  return {option_judge_question(reply.sample, reply.text, *rule.judge)};
}

Score MmBench::score(const Reply& reply, std::string_view profile) const {
  const auto& rule = scoring(profile);
  auto letter = rule.read(reply);
  if (needs_judge(reply, rule)) {
    if (!reply.judge_replies.empty()) letter = rule.read({reply.sample, reply.judge_replies.front()});
    if (!letter) return judge_failed(reply);
  }
  const auto& references = reply.sample.references;
  return make_score(reply, letter, value_if_labelled(reply.sample, letter && !references.empty() && *letter == references.front()));
}

/// Questions that count in the circular accuracy.
std::vector<Unit> circular_units(const std::map<std::string, Group>& groups, MissingRotations missing) {
  std::vector<Unit> units;
  for (const auto& [index, group] : groups) {
    if (group.is_undecided() || (missing == MissingRotations::kIgnored && !group.has_first)) continue;
    const bool is_right = group.right == group.rows && (missing == MissingRotations::kIgnored || !group.is_incomplete());
    units.push_back({index, is_right ? 1.0 : 0.0, index});
  }
  return units;
}

/// Labelled rows; of each question's rotations all or the first.
enum class Rotations { kFirst, kAll };
std::vector<Unit> row_units(std::span<const ScoredReply> replies, Rotations which) {
  std::vector<Unit> units;
  for (const auto& scored : replies) {
    const Sample& sample = scored.reply.sample;
    if (sample.references.empty() || std::isnan(scored.score.value) || (which == Rotations::kFirst && !is_first_rotation(sample))) continue;
    units.push_back({circular_group(sample), scored.score.value, sample.id});
  }
  return units;
}

std::vector<MetricBasis> MmBench::bases(std::span<const ScoredReply> replies, std::string_view profile) const {
  const auto& rule = scoring(profile);
  const auto groups = gather_groups(replies);
  const auto basis = [&](const char* name, std::vector<Unit> units) {
    for (auto& unit : units) unit.cluster = groups.at(unit.cluster).picture;
    return mean_basis(name, factor_of(rule.scale), units);
  };
  return {basis("circular_accuracy", circular_units(groups, rule.missing)), basis("vanilla_accuracy", row_units(replies, Rotations::kFirst))};
}

std::vector<Metric> MmBench::metrics(std::span<const ScoredReply> replies, std::string_view profile) const {
  const auto& rule = scoring(profile);
  std::map<std::string, std::vector<Unit>> by_ability, by_category;
  const auto groups = gather_groups(replies);
  const auto incomplete = std::ranges::count_if(groups, [](const auto& entry) { return entry.second.is_incomplete(); });
  const auto circular = circular_units(groups, rule.missing), vanilla = row_units(replies, Rotations::kFirst), every_rotation = row_units(replies, Rotations::kAll);
  for (const auto& unit : circular) {
    const Group& group = groups.at(unit.id);
    if (!group.ability.empty()) by_ability[group.ability].push_back(unit);
    if (!group.category.empty() && group.category != group.ability) by_category[group.category].push_back(unit);
  }
  std::vector<Metric> metrics = {proportion_metric("circular_accuracy", circular, rule.scale, "circular groups"),
                                 proportion_metric("vanilla_accuracy", vanilla, rule.scale, "questions, as first asked"),
                                 proportion_metric("vanilla_all_accuracy", every_rotation, rule.scale, "questions in every rotation")};
  for (const auto& [ability, units] : by_ability) metrics.push_back(proportion_metric(ability + ".circular_accuracy", units, rule.scale, "circular groups"));
  for (const auto& [category, units] : by_category) {
    if (!by_ability.contains(category)) metrics.push_back(proportion_metric(category + ".circular_accuracy", units, rule.scale, "circular groups"));
  }
  if (incomplete > 0) {
    const double count = static_cast<double>(incomplete);
    metrics.push_back({"incomplete_groups", count, static_cast<std::int64_t>(groups.size()), {count, count}, "nothing: a count of circular groups"});
  }
  return metrics;
}

/// Rotations may be missing from the file, as VLMEvalKit allows; a question that is missing altogether may not.
std::vector<Reply> MmBench::read_predictions(const std::filesystem::path& path, const SampleSource* data) const {
  auto predictions = read_prediction_file(path);
  std::map<std::string, bool> groups_there;
  for (const auto& prediction : predictions) groups_there[circular_group(prediction.sample)] = true;
  MatchRules rules;
  rules.may_be_missing = [&](const Sample& sample) { return groups_there.contains(circular_group(sample)); };
  return match_predictions(std::move(predictions), data, path, rules);
}

std::optional<Submission> MmBench::submission(std::span<const Reply> replies) const {
  if (split_.has_answers) return std::nullopt;
  return mmbench_submission(name(), replies);
}

}  // namespace

std::unique_ptr<Benchmark> make_mmbench(std::string_view name) {
  for (const auto& split : kSplits) {
    if (split.name == name) return std::make_unique<MmBench>(split);
  }
  throw InternalError(fmt::format("no split of MMBench is called \"{}\"", name));
}

}  // namespace assay
