#include <algorithm>
#include <array>
#include <cmath>
#include <iterator>
#include <limits>
#include <map>
#include <utility>

#include "benchmarks/fallback_judge.h"
#include "benchmarks/families.h"
#include "benchmarks/family_prompts.h"
#include "benchmarks/find_data.h"
#include "benchmarks/pope_predictions.h"
#include "benchmarks/profile.h"
#include "benchmarks/prompt.h"
#include "benchmarks/score_state.h"
#include "benchmarks/summary.h"
#include "datasets/hub_sets.h"
#include "datasets/pope_files.h"
#include "datasets/vlmevalkit_tsv.h"
#include "metrics/python_text.h"
#include "metrics/yes_no.h"

namespace assay {
namespace {

constexpr double kNan = std::numeric_limits<double>::quiet_NaN();

constexpr SuffixProfile kPrompts[] = {
    {"vlmevalkit", "", 4096, 6},
    {"internvl", "\nAnswer the question using a single word or phrase.", 100, 6},
    {"lmms-eval", "\nAnswer the question using a single word or phrase.", 128, 0},
    {"llava", "\nAnswer the question using a single word or phrase.", 128, 0},
    {"plain", "", 1024, 0},
};

YesNo by_vlmevalkit(std::string_view reply) { return yes_no_vlmevalkit(as_vlmevalkit_reads(std::string(reply))); }
YesNo by_lmms(std::string_view reply) {
  const std::string text = lmms_pope_text(reply);
  return text == "yes" ? YesNo::kYes : text == "no" ? YesNo::kNo : YesNo::kOther;
}

/// What the toolkits do with a reply that is neither yes nor no: VLMEvalKit counts it as not yes, lmms-eval in no cell at all.
enum class Neither { kIsNotYes, kIsNothing };
enum class Overall {
  kMeanOfCategories,  ///< the authors' script scores one file at a time; papers print the mean over the three
  kAllQuestions,
};

struct ScoringProfile {
  std::string_view name;
  YesNo (*read)(std::string_view);
  Neither neither;
  Overall overall;
  double scale;
  bool guards_zero;           ///< 0/0 is 0; the authors' script stops there, and the number is absent
  bool yes_ratio_of_labels;   ///< lmms-eval counts the labels, not the replies
  bool asks_judge = false;    ///< about replies that cannot be read
};
constexpr ScoringProfile kScorings[] = {
    {"official", yes_no_pope, Neither::kIsNotYes, Overall::kMeanOfCategories, 1, false, false},
    {"vlmevalkit", by_vlmevalkit, Neither::kIsNotYes, Overall::kAllQuestions, 100, true, false},
    {"lmms-eval", by_lmms, Neither::kIsNothing, Overall::kAllQuestions, 1, true, true},
    {"internvl", yes_no_pope, Neither::kIsNotYes, Overall::kMeanOfCategories, 1, false, false},
    {"llava", yes_no_pope, Neither::kIsNotYes, Overall::kMeanOfCategories, 1, false, false},
    {"xcomposer", yes_no_xcomposer_pope, Neither::kIsNotYes, Overall::kMeanOfCategories, 1, false, false},
    {"vlmevalkit-judged", by_vlmevalkit, Neither::kIsNotYes, Overall::kAllQuestions, 100, true, false, true},
};

/// Counts over questions; one cluster's may be drawn several times.
struct Confusion {
  double true_yes = 0, false_yes = 0, true_no = 0, false_no = 0;
  double right = 0, labelled_yes = 0, count = 0;

  void add(const Confusion& other, double times) {
    true_yes += times * other.true_yes, false_yes += times * other.false_yes;
    true_no += times * other.true_no, false_no += times * other.false_no;
    right += times * other.right, labelled_yes += times * other.labelled_yes, count += times * other.count;
  }
};

double ratio(double part, double whole, bool guards_zero) { return whole != 0 ? part / whole : guards_zero ? 0 : kNan; }

double precision_of(const Confusion& c, const ScoringProfile&, bool guards) { return ratio(c.true_yes, c.true_yes + c.false_yes, guards); }
double recall_of(const Confusion& c, const ScoringProfile&, bool guards) { return ratio(c.true_yes, c.true_yes + c.false_no, guards); }
double f1_of(const Confusion& c, const ScoringProfile& rule, bool guards) {
  const double precision = precision_of(c, rule, guards), recall = recall_of(c, rule, guards);
  return ratio(2 * precision * recall, precision + recall, guards);
}
double accuracy_of(const Confusion& c, const ScoringProfile&, bool guards) { return ratio(c.right, c.count, guards); }
double yes_ratio_of(const Confusion& c, const ScoringProfile& rule, bool guards) {
  return ratio(rule.yes_ratio_of_labels ? c.labelled_yes : c.true_yes + c.false_yes, c.count, guards);
}

struct Measure {
  std::string_view name;
  double (*value)(const Confusion&, const ScoringProfile&, bool guards_zero);
  double (*count)(const Confusion&);
  std::string_view divides_by;
};
constexpr Measure kMeasures[] = {
    {"f1", f1_of, [](const Confusion& c) { return c.count; }, "questions"},
    {"accuracy", accuracy_of, [](const Confusion& c) { return c.count; }, "questions"},
    {"precision", precision_of, [](const Confusion& c) { return c.true_yes + c.false_yes; }, "questions answered yes"},
    {"recall", recall_of, [](const Confusion& c) { return c.true_yes + c.false_no; }, "questions labelled yes"},
    {"yes_ratio", yes_ratio_of, [](const Confusion& c) { return c.count; }, "questions"},
};

bool is_labelled_yes(const Sample& sample) { return python::lower(python::strip(sample.references.front())) == "yes"; }

/// One question's counts. A failed sample counts as the wrong answer.
Confusion confusion_of(const ScoredReply& scored, const ScoringProfile& rule) {
  Confusion c;
  c.count = 1;
  const bool is_yes = is_labelled_yes(scored.reply.sample);
  c.labelled_yes = is_yes ? 1 : 0;
  c.right = scored.score.value == 1 ? 1 : 0;
  std::string answer = scored.score.answer;
  if (scored.score.state == SampleState::kError) answer = is_yes ? "no" : "yes";
  if (answer.empty() && rule.neither == Neither::kIsNotYes) answer = "no";
  if (answer == "yes") (is_yes ? c.true_yes : c.false_yes) = 1;
  if (answer == "no") (is_yes ? c.false_no : c.true_no) = 1;
  return c;
}

/// A picture's counts in each category: its questions come in all three.
using Picture = std::vector<Confusion>;

struct Tally {
  std::vector<std::string> categories;
  std::vector<std::string> names;  ///< of the pictures
  std::vector<Picture> pictures;

  /// Counts by category, each picture as often as it was drawn.
  [[nodiscard]] std::vector<Confusion> drawn(std::span<const std::uint32_t> times) const {
    std::vector<Confusion> sums(categories.size());
    for (std::size_t p = 0; p < pictures.size(); ++p) {
      if (times[p] == 0) continue;
      for (std::size_t c = 0; c < sums.size(); ++c) sums[c].add(pictures[p][c], times[p]);
    }
    return sums;
  }
  [[nodiscard]] std::vector<Confusion> all() const { return drawn(std::vector<std::uint32_t>(pictures.size(), 1)); }
};

/// VLMEvalKit's file asks each question once and names all of its categories ("random,popular").
std::vector<std::string> categories_of(const Sample& sample) {
  std::vector<std::string> categories;
  for (const auto part : python::split(sample.category, ",")) categories.emplace_back(part);
  return categories;
}

Tally gather(std::span<const ScoredReply> replies, const ScoringProfile& rule) {
  std::map<std::string, std::map<std::string, Confusion>> by_category;  // category, then picture
  std::map<std::string, std::size_t> picture_number;
  for (const auto& scored : replies) {
    if (scored.reply.sample.references.empty() || std::isnan(scored.score.value)) continue;
    const std::string picture = cluster_of(scored.reply.sample);
    picture_number[picture] = 0;
    for (const auto& category : categories_of(scored.reply.sample)) by_category[category][picture].add(confusion_of(scored, rule), 1);
  }
  std::size_t next = 0;
  Tally tally;
  for (auto& [name, number] : picture_number) number = next++, tally.names.push_back(name);
  tally.pictures.assign(next, Picture(by_category.size()));
  const auto take = [&](const std::string& category) {
    for (const auto& [picture, confusion] : by_category[category]) tally.pictures[picture_number[picture]][tally.categories.size()] = confusion;
    tally.categories.push_back(category);
  };
  for (const auto category : pope_categories()) {
    if (by_category.contains(std::string(category))) take(std::string(category));
  }
  for (const auto& [category, pictures] : by_category) {
    if (std::ranges::find(tally.categories, category) == tally.categories.end()) take(category);
  }
  return tally;
}

double mean_of(const Measure& measure, std::span<const Confusion> parts, const ScoringProfile& rule, bool guards) {
  double sum = 0;
  for (const auto& part : parts) sum += measure.value(part, rule, guards);
  return sum / static_cast<double>(parts.size());
}

Confusion pooled(std::span<const Confusion> parts) {
  Confusion all;
  for (const auto& part : parts) all.add(part, 1);
  return all;
}

template <typename Statistic>
Interval drawn_interval(const Tally& tally, double value, Statistic statistic) {
  if (value != value) return {kNan, kNan};
  const std::size_t strata[] = {tally.pictures.size()};
  return bootstrap_interval(strata, [&](std::span<const std::uint32_t> times) { return statistic(tally.drawn(times)); });
}

Metric overall_metric(const Measure& measure, const Tally& tally, const ScoringProfile& rule) {
  const auto value = [&](std::span<const Confusion> parts, bool guards) {
    return rule.scale * (rule.overall == Overall::kMeanOfCategories ? mean_of(measure, parts, rule, guards) : measure.value(pooled(parts), rule, guards));
  };
  const auto parts = tally.all();
  const bool is_mean = rule.overall == Overall::kMeanOfCategories;
  Metric metric{std::string(measure.name), tally.categories.empty() ? kNan : value(parts, rule.guards_zero), 0, {},
                std::string(is_mean ? "categories" : measure.divides_by)};
  metric.count = static_cast<std::int64_t>(is_mean ? static_cast<double>(parts.size()) : measure.count(pooled(parts)));
  metric.interval = drawn_interval(tally, metric.value, [&](const std::vector<Confusion>& drawn) { return value(drawn, true); });
  return metric;
}

Metric category_metric(const Measure& measure, const Tally& tally, std::size_t category, const Confusion& counts, const ScoringProfile& rule) {
  Metric metric{fmt::format("{}.{}", snake_case(tally.categories[category]), measure.name), rule.scale * measure.value(counts, rule, rule.guards_zero),
                static_cast<std::int64_t>(measure.count(counts)), {}, std::string(measure.divides_by)};
  metric.interval = drawn_interval(
      tally, metric.value, [&](const std::vector<Confusion>& drawn) { return rule.scale * measure.value(drawn[category], rule, true); });
  return metric;
}

/// A row for each picture, with a part for each category where the overall number is a mean over them.
template <typename Columns>
MetricBasis basis_of(const char* name, Formula formula, const Tally& tally, const ScoringProfile& rule, Columns columns) {
  MetricBasis basis{name, rule.scale, formula, Combination::kMean, {}};
  for (std::size_t i = 0; i < tally.pictures.size(); ++i) {
    BasisRow row{tally.names[i], tally.names[i], "", {}};
    const auto add = [&](const Confusion& part) { std::ranges::copy(columns(part), std::back_inserter(row.values)); };
    if (rule.overall == Overall::kAllQuestions) add(pooled(tally.pictures[i]));
    else std::ranges::for_each(tally.pictures[i], add);
    basis.rows.push_back(std::move(row));
  }
  return basis;
}

/// The table that the authors' script prints first.
void add_counts(std::vector<Metric>& metrics, const std::string& category, const Confusion& counts) {
  for (const auto& [name, value] : {std::pair{"tp", counts.true_yes}, {"fp", counts.false_yes}, {"tn", counts.true_no}, {"fn", counts.false_no}}) {
    metrics.push_back({fmt::format("{}.{}", snake_case(category), name), value, static_cast<std::int64_t>(counts.count), {value, value},
                       "nothing: a count of questions"});
  }
}

class Pope final : public CatalogBenchmark {
 public:
  [[nodiscard]] std::string name() const override { return "pope"; }
  [[nodiscard]] std::string split() const override { return "test"; }
  [[nodiscard]] std::string main_metric() const override { return "f1"; }

  [[nodiscard]] std::unique_ptr<SampleSource> open(const DataPlaces& places) const override {
    const auto found = find_data(places, {"pope", "POPE", "coco", "pope/coco", "POPE/coco", "output/coco", "pope/output/coco", "POPE/output/coco", "LMUData"},
                                 {"coco_pope_random.json", "coco_pope_popular.json", "coco_pope_adversarial.json", "llava_pope_test.jsonl", "POPE.tsv"},
                                 "pope: the authors' coco_pope_{random,popular,adversarial}.json with pictures in images/, val2014/ or beside them, "
                                 "LLaVA's llava_pope_test.jsonl, or VLMEvalKit's POPE.tsv",
                                 {"POPE", "data/test-*.parquet", "Full/random-*.parquet"});
    if (found.extension() == ".parquet") return open_hub_pope(found);
    if (found.extension() == ".tsv") return open_vlmevalkit_tsv(found);
    return found.extension() == ".jsonl" ? open_pope_jsonl(found) : open_pope_folder(found.parent_path());
  }

  [[nodiscard]] std::vector<std::string> prompt_profiles() const override { return with_family_profiles(profile_names<SuffixProfile>(kPrompts), name()); }
  [[nodiscard]] Question ask(const Sample& sample, std::string_view prompt_profile) const override {
    if (auto asked = ask_by_family(name(), sample, prompt_profile)) return std::move(*asked);
    const auto& profile = find_profile<SuffixProfile>(kPrompts, prompt_profile, "prompt profile of pope");
    if (profile.name == "lmms-eval") return suffixed_question(sample, std::string(python::strip(sample.question)), profile);
    return suffixed_question(sample, sample.question, profile);
  }

  [[nodiscard]] std::vector<std::string> scoring_profiles() const override { return profile_names<ScoringProfile>(kScorings); }
  [[nodiscard]] std::vector<JudgeQuestion> judge_questions(const Reply& reply, std::string_view profile) const override {
    const auto& rule = scoring(profile);
    return yes_no_judge_questions(reply, rule.read(reply.text), rule.asks_judge);
  }
  [[nodiscard]] Score score(const Reply& reply, std::string_view profile) const override {
    const auto& rule = scoring(profile);
    const auto answer = yes_no_or_judged(reply, rule.read(reply.text), rule.asks_judge);
    if (!answer) return judge_failed(reply);
    const bool is_right = !reply.sample.references.empty() && *answer == (is_labelled_yes(reply.sample) ? YesNo::kYes : YesNo::kNo);
    return make_score(reply, answer_of(*answer), value_if_labelled(reply.sample, is_right));
  }

  [[nodiscard]] std::vector<Metric> metrics(std::span<const ScoredReply> replies, std::string_view profile) const override {
    const auto& rule = scoring(profile);
    const Tally tally = gather(replies, rule);
    const auto counts = tally.all();
    std::vector<Metric> metrics;
    for (const auto& measure : kMeasures) metrics.push_back(overall_metric(measure, tally, rule));
    for (std::size_t i = 0; i < counts.size(); ++i) {
      for (const auto& measure : kMeasures) metrics.push_back(category_metric(measure, tally, i, counts[i], rule));
      if (rule.overall == Overall::kMeanOfCategories) add_counts(metrics, tally.categories[i], counts[i]);
    }
    return metrics;
  }

  /// F1 of a category in which no yes is right is 0 here; the authors' script has no number for it.
  [[nodiscard]] std::vector<MetricBasis> bases(std::span<const ScoredReply> replies, std::string_view profile) const override {
    const auto& rule = scoring(profile);
    const Tally tally = gather(replies, rule);
    return {basis_of("f1", Formula::kF1, tally, rule, [](const Confusion& c) { return std::array{c.true_yes, c.false_yes, c.false_no}; }),
            basis_of("accuracy", Formula::kRatio, tally, rule, [](const Confusion& c) { return std::array{c.right, c.count}; })};
  }

  [[nodiscard]] std::vector<Reply> read_predictions(const std::filesystem::path& path, const SampleSource* data) const override {
    return read_pope_predictions(path, data);
  }

 private:
  [[nodiscard]] static const ScoringProfile& scoring(std::string_view profile) {
    return find_profile<ScoringProfile>(kScorings, profile, "scoring profile of pope");
  }
};

}  // namespace

std::unique_ptr<Benchmark> make_pope() { return std::make_unique<Pope>(); }

}  // namespace assay
