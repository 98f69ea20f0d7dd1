#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <map>
#include <optional>
#include <utility>

#include "benchmarks/basis.h"
#include "benchmarks/fallback_judge.h"
#include "benchmarks/families.h"
#include "benchmarks/family_prompts.h"
#include "benchmarks/find_data.h"
#include "benchmarks/hallusion_diagnosis.h"
#include "benchmarks/hallusion_key.h"
#include "benchmarks/judge.h"
#include "benchmarks/profile.h"
#include "benchmarks/prompt.h"
#include "benchmarks/score_state.h"
#include "benchmarks/summary.h"
#include "datasets/hallusion_json.h"
#include "datasets/hub_sets.h"
#include "datasets/vlmevalkit_tsv.h"
#include "metrics/python_text.h"
#include "metrics/yes_no.h"

namespace assay {
namespace {

constexpr double kNan = std::numeric_limits<double>::quiet_NaN();

constexpr SuffixProfile kPrompts[] = {
    {"vlmevalkit", " Please answer yes or no. Answer the question using a single word or phrase.", 4096, 6},
    {"lmms-eval", "", 128, 0},
    {"plain", "", 1024, 0},
};

YesNo by_vlmevalkit(std::string_view reply) { return yes_no_vlmevalkit(as_vlmevalkit_reads(std::string(reply))); }

/// The authors and lmms-eval have a judge compare: `...-judged` asks one, or takes the grades that the file brings. `official` and `lmms-eval` take such
/// grades too; else the words yes and no are compared with the label, and a reply with neither or both is unclear, as the judge would call it.
struct ScoringProfile {
  std::string_view name;
  YesNo (*read)(std::string_view);
  bool takes_grades;
  bool unclear_is_right_without_picture;  ///< a VS question on no figure: not to know is right
  bool only_with_picture;                 ///< 951 of the 1129 questions
  bool by_l2_category;                    ///< figures and questions are told apart by l2-category alone
  bool skips_figure_zero;                 ///< of VS, where it is no figure
  Scale scale;
  enum class Asks { kNobody, kAboutUnread, kAboutAll } asks = Asks::kNobody;  ///< a judge, about replies that cannot be read, or about all
  bool diagnoses = false;  ///< a judge also says if replies about edited figures agree with those about the originals
};
constexpr ScoringProfile kScorings[] = {
    {"official", yes_no_vlmevalkit, true, true, false, false, true, Scale::kPercentFromSum},
    {"vlmevalkit", by_vlmevalkit, false, false, true, true, false, Scale::kPercent},
    {"lmms-eval", yes_no_vlmevalkit, true, true, true, false, true, Scale::kPercentFromSum},
    {"internvl", by_vlmevalkit, false, false, true, true, false, Scale::kPercent},
    {"xcomposer", yes_no_xcomposer_hallusion, false, false, true, false, false, Scale::kFraction},
    {"official-judged", yes_no_vlmevalkit, true, true, false, false, true, Scale::kPercentFromSum, ScoringProfile::Asks::kAboutAll},
    {"official-consistency-judged", yes_no_vlmevalkit, true, true, false, false, true, Scale::kPercentFromSum, ScoringProfile::Asks::kAboutAll, true},
    {"lmms-eval-judged", yes_no_vlmevalkit, true, true, true, false, true, Scale::kPercentFromSum, ScoringProfile::Asks::kAboutAll},
    {"vlmevalkit-judged", by_vlmevalkit, false, false, true, true, false, Scale::kPercent, ScoringProfile::Asks::kAboutUnread},
};

bool is_labelled_yes(const Sample& sample) {
  const std::string label = python::lower(python::strip(sample.references.front()));
  return label == "yes" || label == "1";
}

/// One reply's place in every count.
struct Answered {
  HallusionKey key;
  std::string id;
  std::string set;  ///< the cluster: figures and questions of a set belong together
  bool is_right = false, is_labelled_yes = false;

  [[nodiscard]] std::string figure_of(const ScoringProfile& rule) const {
    return rule.by_l2_category ? fmt::format("{}_{}_{}", key.l2_category, key.set, key.figure)
                               : fmt::format("{}_{}_{}_{}", key.category, key.subcategory, key.set, key.figure);
  }
  [[nodiscard]] std::string question_of(const ScoringProfile& rule) const {
    return rule.by_l2_category ? fmt::format("{}_{}_{}", key.l2_category, key.set, key.question)
                               : fmt::format("{}_{}_{}_{}", key.category, key.subcategory, key.set, key.question);
  }
};
using Part = std::vector<const Answered*>;

/// Units that are right only when all of their replies are, with the share of right ones.
struct Whole {
  std::string set;
  double right = 0, count = 0;
};
using Wholes = std::map<std::string, Whole>;

void add_to(Wholes& wholes, const std::string& name, const Answered& answered) {
  Whole& whole = wholes[name];
  whole.set = answered.set;
  whole.right += answered.is_right ? 1 : 0;
  whole.count += 1;
}

Wholes figures_of(const Part& part, const ScoringProfile& rule) {
  Wholes wholes;
  for (const auto* answered : part) {
    if (rule.skips_figure_zero && answered->key.category == "VS" && answered->key.figure == "0") continue;
    add_to(wholes, answered->figure_of(rule), *answered);
  }
  return wholes;
}

enum class Questions { kAll, kEasy, kHard };

Wholes questions_of(const Part& part, const ScoringProfile& rule, Questions which) {
  Wholes wholes;
  for (const auto* answered : part) {
    const bool is_hard = answered->key.visual_input == "2";
    if (which != Questions::kAll && is_hard != (which == Questions::kHard)) continue;
    add_to(wholes, answered->question_of(rule), *answered);
  }
  return wholes;
}

std::vector<Unit> all_right(const Wholes& wholes) {
  std::vector<Unit> units;
  for (const auto& [name, whole] : wholes) units.push_back({whole.set, whole.right == whole.count ? 1.0 : 0.0, name});
  return units;
}

std::vector<Unit> shares(const Wholes& wholes) {
  std::vector<Unit> units;
  for (const auto& [name, whole] : wholes) units.push_back({whole.set, whole.right / whole.count, name});
  return units;
}

std::vector<Unit> replies_of(const Part& part) {
  std::vector<Unit> units;
  for (const auto* answered : part) units.push_back({answered->set, answered->is_right ? 1.0 : 0.0, answered->id});
  return units;
}

constexpr const char* kPairs = "questions over all of their figures";

/// What aAcc, fAcc and qAcc count.
using ThreeUnits = std::array<std::vector<Unit>, 3>;
ThreeUnits three_units(const Part& part, const ScoringProfile& rule) {
  return {replies_of(part), all_right(figures_of(part, rule)), all_right(questions_of(part, rule, Questions::kAll))};
}

/// Each of the three set by set.
using ThreeSums = std::map<std::string, std::array<Cluster, 3>>;
ThreeSums sums_by_set(const ThreeUnits& units) {
  ThreeSums sets;
  for (std::size_t kind = 0; kind < units.size(); ++kind) {
    for (const auto& unit : units[kind]) sets[unit.cluster][kind].sum += unit.value, sets[unit.cluster][kind].count += 1;
  }
  return sets;
}

/// aAcc, fAcc and qAcc, and nothing where there is no unit.
std::vector<Metric> three_accuracies(const std::string& prefix, const Part& part, const ScoringProfile& rule) {
  const auto [questions, figures, pairs] = three_units(part, rule);
  return {proportion_metric(prefix + "aacc", questions, rule.scale, "questions"), proportion_metric(prefix + "facc", figures, rule.scale, "figures"),
          proportion_metric(prefix + "qacc", pairs, rule.scale, kPairs)};
}

/// The mean of the three, drawn set by set.
Metric average_metric(const Part& part, const ScoringProfile& rule, double value) {
  Metric metric{"average", value, 3, {kNan, kNan}, "accuracies"};
  if (value != value) return metric;
  std::vector<std::array<Cluster, 3>> clusters;
  for (const auto& [name, three] : sums_by_set(three_units(part, rule))) clusters.push_back(three);
  const std::size_t strata[] = {clusters.size()};
  const double scale = rule.scale == Scale::kFraction ? 1 : 100;
  metric.interval = bootstrap_interval(strata, [&](std::span<const std::uint32_t> times) {
    double total = 0;
    for (std::size_t k = 0; k < 3; ++k) {
      double sum = 0, count = 0;
      for (std::size_t i = 0; i < clusters.size(); ++i) sum += times[i] * clusters[i][k].sum, count += times[i] * clusters[i][k].count;
      total += count == 0 ? 0 : sum / count;
    }
    return scale * total / 3;
  });
  return metric;
}

/// Without rows where one of the three has nothing to count.
MetricBasis average_basis(const ThreeUnits& units, double scale) {
  MetricBasis basis{"average", scale, Formula::kRatio, Combination::kMean, {}};
  if (std::ranges::any_of(units, &std::vector<Unit>::empty)) return basis;
  for (const auto& [set, three] : sums_by_set(units)) {
    basis.rows.push_back({set, set, "", {three[0].sum, three[0].count, three[1].sum, three[1].count, three[2].sum, three[2].count}});
  }
  return basis;
}

double mean_value(std::span<const Unit> units) {
  double sum = 0;
  for (const auto& unit : units) sum += unit.value;
  return units.empty() ? kNan : sum / static_cast<double>(units.size());
}

/// How far the replies lean to yes, and how many of the wrong ones say yes where no is right.
/// Source   tianyi-lab/HallusionBench 744007c2 utils.py, yes_ratio_stats
void add_bias(std::vector<Metric>& metrics, const Part& part) {
  std::vector<Unit> lean, wrong_yes;
  for (const auto* answered : part) {
    const bool says_yes = answered->is_right == answered->is_labelled_yes;
    lean.push_back({answered->set, (says_yes ? 1.0 : 0.0) - (answered->is_labelled_yes ? 1.0 : 0.0)});
    if (!answered->is_right) wrong_yes.push_back({answered->set, answered->is_labelled_yes ? 0.0 : 1.0});
  }
  metrics.push_back(graded_metric("yes_pct_diff", mean_value(lean), lean, 1, "questions"));
  metrics.push_back(proportion_metric("yes_fp_ratio", wrong_yes, Scale::kFraction, "wrong answers"));
}

/// What only the authors' script prints.
void add_official(std::vector<Metric>& metrics, const std::string& prefix, const Part& part, const ScoringProfile& rule) {
  const auto figures = figures_of(part, rule);
  const auto score = shares(figures);
  metrics.push_back(proportion_metric(prefix + "easy", all_right(questions_of(part, rule, Questions::kEasy)), rule.scale, "questions without edited figures"));
  metrics.push_back(proportion_metric(prefix + "hard", all_right(questions_of(part, rule, Questions::kHard)), rule.scale, "questions over their edited figures"));
  metrics.push_back(graded_metric(prefix + "fig_score", mean_value(score), score, 1, "figures"));
}

class HallusionBench final : public CatalogBenchmark {
 public:
  [[nodiscard]] std::string name() const override { return "hallusion_bench"; }
  [[nodiscard]] std::string split() const override { return "test"; }
  [[nodiscard]] std::string main_metric() const override { return "average"; }

  [[nodiscard]] std::unique_ptr<SampleSource> open(const DataPlaces& places) const override {
    const auto found = find_data(places, {"HallusionBench", "hallusion_bench", "hallusionbench", "LMUData"}, {"HallusionBench.json", "HallusionBench.tsv"},
                                 "hallusion_bench: the authors' HallusionBench.json, pictures in hallusion_bench/ or beside it, or VLMEvalKit's "
                                 "HallusionBench.tsv",
                                 {"HallusionBench", "data/image-*.parquet"});
    if (found.extension() == ".parquet") return open_hub_hallusion(found);
    return found.extension() == ".tsv" ? open_vlmevalkit_tsv(found) : open_hallusion_json(found);
  }

  [[nodiscard]] std::vector<std::string> prompt_profiles() const override { return with_family_profiles(profile_names<SuffixProfile>(kPrompts), name()); }
  [[nodiscard]] Question ask(const Sample& sample, std::string_view prompt_profile) const override {
    if (auto asked = ask_by_family(name(), sample, prompt_profile)) return std::move(*asked);
    return suffixed_question(sample, sample.question, find_profile<SuffixProfile>(kPrompts, prompt_profile, "prompt profile of hallusion_bench"));
  }

  [[nodiscard]] std::vector<std::string> scoring_profiles() const override { return profile_names<ScoringProfile>(kScorings); }
  void relate(std::vector<Reply>& replies, std::string_view profile) const override {
    if (scoring(profile).diagnoses) add_original_replies(replies);
  }
  [[nodiscard]] std::vector<JudgeQuestion> judge_questions(const Reply& reply, std::string_view profile) const override;
  [[nodiscard]] Score score(const Reply& reply, std::string_view profile) const override;
  [[nodiscard]] std::vector<Metric> metrics(std::span<const ScoredReply> replies, std::string_view profile) const override;
  [[nodiscard]] std::vector<MetricBasis> bases(std::span<const ScoredReply> replies, std::string_view profile) const override;

  [[nodiscard]] std::vector<Reply> read_predictions(const std::filesystem::path& path, const SampleSource* data) const override {
    return read_hallusion_predictions(path, data);
  }

 private:
  [[nodiscard]] static const ScoringProfile& scoring(std::string_view profile) {
    return find_profile<ScoringProfile>(kScorings, profile, "scoring profile of hallusion_bench");
  }
};

/// Whether a judge is to compare the reply with the reference.
bool needs_grade(const Reply& reply, const ScoringProfile& rule) {
  if (rule.asks != ScoringProfile::Asks::kAboutAll || !may_be_judged(reply)) return false;
  return !rule.takes_grades || !reply.sample.fields.contains(kHallusionGrade);
}

bool asks_about_unread(const ScoringProfile& rule) { return rule.asks == ScoringProfile::Asks::kAboutUnread; }

/// The judge's words as the authors count them: 0 at odds with the reference, 1 not, 2 unclear.
std::string grade_of(const std::string& judged) {
  const std::string text = python::lower(judged);
  if (text.find("incorrect") != std::string::npos) return "0";
  return text.find("correct") != std::string::npos ? "1" : "2";
}

/// Whether a judge is to compare the reply with the one about the original figure.
bool needs_comparison(const Reply& reply, const ScoringProfile& rule) {
  if (!rule.diagnoses || !may_be_judged(reply)) return false;
  return reply.sample.fields.contains(kOriginalReply) && !reply.sample.fields.contains(kHallusionSame);
}

std::vector<JudgeQuestion> HallusionBench::judge_questions(const Reply& reply, std::string_view profile) const {
  const auto& rule = scoring(profile);
  auto questions = yes_no_judge_questions(reply, rule.read(reply.text), asks_about_unread(rule));
  if (needs_grade(reply, rule)) questions.push_back(conflict_judge_question(reply.sample, reply.text));
  if (needs_comparison(reply, rule)) questions.push_back(consistency_judge_question(reply.sample, reply.text, reply.sample.fields.at(kOriginalReply)));
  return questions;
}

/// Whether the reply agrees with the one about the original figure, where somebody said it.
std::optional<bool> is_same_as_original(const Reply& reply, const ScoringProfile& rule) {
  if (const auto recorded = reply.sample.fields.find(kHallusionSame); recorded != reply.sample.fields.end()) return recorded->second == "1";
  if (!needs_comparison(reply, rule) || reply.judge_replies.empty()) return std::nullopt;
  return python::lower(reply.judge_replies.back()).find("same") != std::string::npos;
}

/// The grade that a judge gave, now or in the file; nothing where none did.
std::optional<char> grade_by_judge(const Reply& reply, const ScoringProfile& rule) {
  if (const auto recorded = reply.sample.fields.find(kHallusionGrade); recorded != reply.sample.fields.end() && !recorded->second.empty()) return recorded->second.front();
  if (!needs_grade(reply, rule) || reply.judge_replies.empty()) return std::nullopt;
  return grade_of(reply.judge_replies.front()).front();
}

/// Failed samples and those without a word of a judge's have no part in it.
std::vector<DiagnosedReply> to_diagnose(std::span<const ScoredReply> replies, const ScoringProfile& rule) {
  std::vector<DiagnosedReply> graded;
  for (const auto& scored : replies) {
    const auto grade = grade_by_judge(scored.reply, rule);
    if (grade && scored.reply.state != SampleState::kError) graded.push_back({hallusion_key(scored.reply.sample), *grade, is_same_as_original(scored.reply, rule)});
  }
  return graded;
}

Score HallusionBench::score(const Reply& reply, std::string_view profile) const {
  const auto& rule = scoring(profile);
  const Sample& sample = reply.sample;
  const auto recorded = sample.fields.find(kHallusionGrade);
  std::string grade = recorded == sample.fields.end() ? "" : recorded->second;
  const auto answer = yes_no_or_judged(reply, rule.read(reply.text), asks_about_unread(rule));
  if (!answer) return judge_failed(reply);
  if (needs_grade(reply, rule)) {
    if (reply.judge_replies.empty()) return judge_failed(reply);
    grade = grade_of(reply.judge_replies.front());
  }
  const auto text = answer_of(*answer);
  if (sample.references.empty()) return make_score(reply, text, kNan);
  bool is_right = *answer == (is_labelled_yes(sample) ? YesNo::kYes : YesNo::kNo), is_unclear = *answer == YesNo::kOther;
  if (rule.takes_grades && !grade.empty()) is_right = grade == "1", is_unclear = grade == "2";
  if (is_unclear && rule.unclear_is_right_without_picture) {
    const auto key = hallusion_key(sample);
    is_right = key.category == "VS" && key.figure == "0";
  }
  return make_score(reply, text, is_right ? 1 : 0);
}

std::vector<Answered> gather(std::span<const ScoredReply> replies, const ScoringProfile& rule) {
  std::vector<Answered> answered;
  for (const auto& scored : replies) {
    const Sample& sample = scored.reply.sample;
    if (sample.references.empty() || std::isnan(scored.score.value)) continue;
    auto key = hallusion_key(sample);
    if (rule.only_with_picture && !key.has_picture()) continue;
    auto set = fmt::format("{}_{}_{}", key.category, key.subcategory, key.set);
    answered.push_back({std::move(key), sample.id, std::move(set), scored.score.value == 1, is_labelled_yes(sample)});
  }
  return answered;
}

std::vector<MetricBasis> HallusionBench::bases(std::span<const ScoredReply> replies, std::string_view profile) const {
  const auto& rule = scoring(profile);
  auto answered = gather(replies, rule);
  Part all;
  for (auto& one : answered) {
    // where l2-categories alone tell figures apart, VD's and VS's sets of one number make figures and questions together
    if (rule.by_l2_category) one.set = fmt::format("{}_{}", one.key.l2_category, one.key.set);
    all.push_back(&one);
  }
  const auto units = three_units(all, rule);
  const double scale = factor_of(rule.scale);
  return {average_basis(units, scale), mean_basis("aacc", scale, units[0]), mean_basis("facc", scale, units[1]), mean_basis("qacc", scale, units[2])};
}

std::vector<Metric> HallusionBench::metrics(std::span<const ScoredReply> replies, std::string_view profile) const {
  const auto& rule = scoring(profile);
  const auto answered = gather(replies, rule);
  Part all;
  std::map<std::string, Part> by_category, by_l2;
  for (const auto& one : answered) {
    all.push_back(&one);
    by_category[snake_case(one.key.category)].push_back(&one);
    by_l2[snake_case(one.key.l2_category)].push_back(&one);
  }
  auto metrics = three_accuracies("", all, rule);
  const double sum = metrics[0].value + metrics[1].value + metrics[2].value;
  metrics.insert(metrics.begin(), average_metric(all, rule, sum / 3));
  if (rule.takes_grades) {
    add_official(metrics, "", all, rule);
    add_bias(metrics, all);
  }
  if (rule.diagnoses) {
    const auto diagnosis = diagnosis_metrics(to_diagnose(replies, rule));
    metrics.insert(metrics.end(), diagnosis.begin(), diagnosis.end());
  }
  const auto add_part = [&](const std::string& name, const Part& part) {
    const auto three = three_accuracies(name + ".", part, rule);
    metrics.insert(metrics.end(), three.begin(), three.end());
    if (rule.takes_grades) add_official(metrics, name + ".", part, rule);
  };
  for (const auto& [category, part] : by_category) add_part(category, part);
  if (!rule.by_l2_category) return metrics;
  for (const auto& [l2, part] : by_l2) add_part(l2, part);
  return metrics;
}

}  // namespace

std::unique_ptr<Benchmark> make_hallusion_bench() { return std::make_unique<HallusionBench>(); }

}  // namespace assay
