#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <utility>

#include "benchmarks/basis.h"
#include "benchmarks/families.h"
#include "benchmarks/family_prompts.h"
#include "benchmarks/find_data.h"
#include "benchmarks/prediction_file.h"
#include "benchmarks/profile.h"
#include "benchmarks/prompt.h"
#include "benchmarks/score_state.h"
#include "benchmarks/summary.h"
#include "datasets/json_rows.h"
#include "datasets/json_sample.h"
#include "datasets/hub_sets.h"
#include "datasets/refcoco.h"
#include "harness/base/error.h"
#include "metrics/grounding.h"
#include "metrics/mean.h"
#include "metrics/python_text.h"

namespace assay {
namespace {

/// What is said around the phrase. VLMEvalKit's file has whole questions, which are asked as they are; for other files its profile says what
/// InternVL's does.
struct GroundingPrompt {
  std::string_view name, before, behind;
  int max_new_tokens;
  int max_tiles;
};
constexpr std::string_view kLmmsText =
    "Bounding box coordinates are specified in the format (top-left x, top-left y, bottom-right x, bottom-right y). All values are floating point "
    "numbers bounded between 0 and 1. Please provide the bounding box coordinate of the region this sentence describes: ";
constexpr GroundingPrompt kPrompts[] = {
    {"vlmevalkit", kBoxRequest, "</ref>", 4096, 6}, {"internvl", kBoxRequest, "</ref>", 100, 6}, {"lmms-eval", kLmmsText, "", 1024, 0},
    {"qwen", "<ref>", "</ref><box>", 28, 0},          {"minigpt4", "[refer] give me the location of ", "", 20, 0},
    {"plain", kLmmsText, "", 1024, 0},
};

/// There is no script of the data's authors: `official` is their measure, IoU of .5 or more, on boxes as InternVL's script reads them.
struct ScoringProfile {
  std::string_view name;
  GroundingRule rule;
  double scale;
  double (*mean)(std::span<const double>);
  bool reports_iou, reports_thresholds;
};
constexpr ScoringProfile kScorings[] = {
    {"official", GroundingRule::kInternVl, 1, running_mean, false, false},
    {"vlmevalkit", GroundingRule::kVlmEvalKit, 100, numpy_mean, true, false},
    {"lmms-eval", GroundingRule::kLmmsEval, 1, running_mean, true, true},
    {"internvl", GroundingRule::kInternVl, 1, running_mean, false, false},
    {"qwen", GroundingRule::kQwen, 1, running_mean, false, false},
    {"minigpt4", GroundingRule::kMiniGpt4, 100, running_mean, false, false},
};

struct RefCocoSet {
  std::string_view name;   ///< "refcoco_testa"
  std::string_view split;  ///< "testA"
  std::string_view stem;   ///< "refcoco_testA": how files are called
};
constexpr RefCocoSet kSets[] = {
    {"refcoco", "all", ""},
    {"refcoco_testa", "testA", "refcoco_testA"},
    {"refcoco_testb", "testB", "refcoco_testB"},
    {"refcoco_val", "val", "refcoco_val"},
    {"refcocog_test", "test", "refcocog_test"},
    {"refcocog_val", "val", "refcocog_val"},
    {"refcocoplus_testa", "testA", "refcoco+_testA"},
    {"refcocoplus_testb", "testB", "refcoco+_testB"},
    {"refcocoplus_val", "val", "refcoco+_val"},
};

double number_in(const Sample& sample, const char* name) {
  const auto found = sample.fields.find(name);
  const auto number = found == sample.fields.end() ? std::nullopt : python::parse_float(found->second);
  if (!number) throw DataError(fmt::format("{}: the sample has no \"{}\"", sample.id, name));
  return *number;
}
Box right_box(const Sample& sample) {
  return {number_in(sample, "bbox_x1"), number_in(sample, "bbox_y1"), number_in(sample, "bbox_x2"), number_in(sample, "bbox_y2")};
}
PictureSize size_of(const Sample& sample) { return {number_in(sample, "width"), number_in(sample, "height")}; }

double iou_of(const Reply& reply, GroundingRule rule) {
  if (reply.state == SampleState::kError) return 0;
  return grounding_iou(read_box(reply.text, rule), right_box(reply.sample), size_of(reply.sample), rule);
}

class RefCoco final : public CatalogBenchmark {
 public:
  explicit RefCoco(const RefCocoSet& set) : set_(set) {}
  [[nodiscard]] std::string name() const override { return std::string(set_.name); }
  [[nodiscard]] std::string split() const override { return std::string(set_.split); }
  [[nodiscard]] std::string main_metric() const override { return "precision_at_1"; }

  [[nodiscard]] std::unique_ptr<SampleSource> open(const DataPlaces& places) const override {
    if (set_.stem.empty()) return open_refcoco_tsv(find_data(places, {"LMUData", "refcoco"}, {"RefCOCO.tsv"}, "refcoco: VLMEvalKit's RefCOCO.tsv"));
    const std::string lines = fmt::format("{}.jsonl", set_.stem), list = fmt::format("{}.json", set_.stem);
    const std::string quoted = python::replace(lines, "+", "%2B");
    const auto hub_name = set_.name.starts_with("refcocoplus") ? "RefCOCOplus" : set_.name.starts_with("refcocog") ? "RefCOCOg" : "RefCOCO";
    const std::string hub_files = fmt::format("data/{}-*.parquet", set_.split);
    const auto found = find_data(places, {"refcoco", "RefCOCO", "refcoco+", "refcocog"}, {lines, quoted, list},
                                 fmt::format("{}: {} as Qwen-VL and InternVL keep it, or {} as MiniGPT-4 does", set_.name, lines, list), {hub_name, hub_files});
    return found.extension() == ".parquet" ? open_hub_refcoco(found) : open_refcoco_json(found);
  }

  [[nodiscard]] std::vector<std::string> prompt_profiles() const override { return with_family_profiles(profile_names<GroundingPrompt>(kPrompts), name()); }
  [[nodiscard]] Question ask(const Sample& sample, std::string_view prompt_profile) const override {
    if (auto asked = ask_by_family(name(), sample, prompt_profile)) return std::move(*asked);
    const auto& profile = find_profile<GroundingPrompt>(kPrompts, prompt_profile, "prompt profile of " + name());
    const auto phrase = sample.fields.find("phrase");
    const bool is_whole = phrase == sample.fields.end();
    const std::string text = is_whole ? sample.question : fmt::format("{}{}{}", profile.before, phrase->second, profile.behind);
    return suffixed_question(sample, text, {profile.name, "", profile.max_new_tokens, profile.max_tiles});
  }

  [[nodiscard]] std::vector<std::string> scoring_profiles() const override { return profile_names<ScoringProfile>(kScorings); }
  [[nodiscard]] Score score(const Reply& reply, std::string_view profile) const override {
    const auto rule = scoring(profile).rule;
    const auto box = read_box(reply.text, rule);
    const auto answer = box ? std::optional(fmt::format("[{}, {}, {}, {}]", box->x1, box->y1, box->x2, box->y2)) : std::nullopt;
    const bool is_hit = !reply.sample.references.empty() && is_grounding_hit(iou_of(reply, rule), rule);
    return make_score(reply, answer, value_if_labelled(reply.sample, is_hit));
  }

  [[nodiscard]] std::vector<Metric> metrics(std::span<const ScoredReply> replies, std::string_view profile) const override {
    const auto& rule = scoring(profile);
    const auto splits = units_by_split(replies);
    std::vector<Metric> metrics = {overall_metric(labelled_units(replies), splits, rule)};
    for (const auto& [split, units] : splits) metrics.push_back(share("split." + split + ".precision_at_1", units, rule));
    if (rule.reports_iou) metrics.push_back(iou_metric(replies, rule));
    if (rule.reports_thresholds) add_thresholds(metrics, replies, rule);
    return metrics;
  }

  [[nodiscard]] std::vector<MetricBasis> bases(std::span<const ScoredReply> replies, std::string_view profile) const override {
    const auto& rule = scoring(profile);
    const auto splits = units_by_split(replies);
    std::vector<MetricBasis> bases;
    if (splits.size() < 2) bases.push_back(mean_basis("precision_at_1", rule.scale, labelled_units(replies)));
    else bases.push_back(mean_of_means_basis("precision_at_1", rule.scale, splits));
    if (rule.reports_iou) bases.push_back(mean_basis("average_iou", 1, iou_units(replies, rule)));
    return bases;
  }

  /// InternVL's and Qwen-VL's result files bring the right box along: {"answer": "...", "gt_bbox": [...], "hw": [height, width]}.
  [[nodiscard]] std::vector<Reply> read_predictions(const std::filesystem::path& path, const SampleSource* data) const override {
    if (path.extension() == ".json" || path.extension() == ".jsonl") {
      const JsonRows rows(path);
      if (right_box_in(rows.get(0, false)) != nullptr) return replies_with_boxes(rows);
    }
    auto replies = match_predictions(read_prediction_file(path), data, path);
    for (const auto& reply : replies) {
      if (reply.sample.references.empty() || (reply.sample.fields.contains("bbox_x1") && reply.sample.fields.contains("width"))) continue;
      throw DataError(fmt::format("{}: the row \"{}\" does not say the right box and the picture's size; give the data set itself with --data-dir", path.string(),
                                  reply.sample.id));
    }
    return replies;
  }

 private:
  [[nodiscard]] const ScoringProfile& scoring(std::string_view profile) const {
    return find_profile<ScoringProfile>(kScorings, profile, "scoring profile of " + name());
  }

  static Metric share(std::string name, std::span<const Unit> units, const ScoringProfile& rule) {
    return proportion_metric(std::move(name), units, rule.scale == 100 ? Scale::kPercent : Scale::kFraction, "phrases");
  }

  /// VLMEvalKit averages the splits, each of them counted once.
  static Metric overall_metric(std::span<const Unit> all, const std::map<std::string, std::vector<Unit>>& splits, const ScoringProfile& rule) {
    auto metric = share("precision_at_1", all, rule);
    if (splits.size() < 2) return metric;
    std::vector<double> values;
    for (const auto& [split, units] : splits) values.push_back(share("", units, rule).value);
    const double shift = rule.mean(values) - metric.value;
    metric.value += shift;
    metric.interval = {metric.interval.low + shift, metric.interval.high + shift};
    metric.count = static_cast<std::int64_t>(splits.size());
    metric.divides_by = "splits";
    return metric;
  }

  static std::map<std::string, std::vector<Unit>> units_by_split(std::span<const ScoredReply> replies) {
    std::map<std::string, std::vector<Unit>> splits;
    for (const auto& scored : replies) {
      const Sample& sample = scored.reply.sample;
      const auto split = sample.fields.find("split");
      if (!sample.references.empty() && split != sample.fields.end()) splits[split->second].push_back(unit_of(scored));
    }
    return splits;
  }

  /// Labelled replies, each worth `value` of it.
  template <typename Value>
  static std::vector<Unit> units_worth(std::span<const ScoredReply> replies, const Value& value) {
    std::vector<Unit> units;
    for (const auto& scored : replies) {
      if (scored.reply.sample.references.empty()) continue;
      units.push_back(unit_of(scored));
      units.back().value = value(scored.reply);
    }
    return units;
  }

  static std::vector<Unit> iou_units(std::span<const ScoredReply> replies, const ScoringProfile& rule) {
    return units_worth(replies, [&](const Reply& reply) { return iou_of(reply, rule.rule); });
  }

  static Metric iou_metric(std::span<const ScoredReply> replies, const ScoringProfile& rule) {
    const auto units = iou_units(replies, rule);
    std::vector<double> values;
    for (const auto& unit : units) values.push_back(unit.value);
    return graded_metric("average_iou", rule.mean(values), units, 1, "phrases");
  }

  static void add_thresholds(std::vector<Metric>& metrics, std::span<const ScoredReply> replies, const ScoringProfile& rule) {
    const auto add = [&](std::string name, const auto& is_right) {
      metrics.push_back(share(std::move(name), units_worth(replies, [&](const Reply& reply) { return is_right(reply) ? 1.0 : 0.0; }), rule));
    };
    for (const double threshold : {0.1, 0.3, 0.5, 0.7, 0.9}) {
      add(fmt::format("acc@{:.1f}", threshold), [&](const Reply& reply) { return iou_of(reply, rule.rule) >= threshold; });
    }
    add("center_acc", [&](const Reply& reply) {
      return reply.state != SampleState::kError && has_center_inside(read_box(reply.text, rule.rule), right_box(reply.sample), size_of(reply.sample));
    });
  }

  static const json::Value* right_box_in(const json::Value& row) {
    for (const auto* key : {"gt_bbox", "gt_bbox_xyxy_abs"}) {
      if (const auto* box = json::find(row, key)) return box;
    }
    return nullptr;
  }

  static std::vector<Reply> replies_with_boxes(const JsonRows& rows) {
    std::vector<Reply> replies;
    for (std::size_t i = 0; i < rows.size(); ++i) {
      const auto row = rows.get(i);
      const auto where = rows.where(i);
      const auto* box = right_box_in(row);
      const auto* size = json::find(row, "hw");
      if (box == nullptr || !box->IsArray() || box->Size() != 4 || size == nullptr || !size->IsArray() || size->Size() != 2) {
        throw DataError(fmt::format("{}: expected \"gt_bbox\" with four numbers and \"hw\" with two", where));
      }
      Reply reply;
      reply.text = json::require_string(row, "answer", where);
      reply.is_verbatim = true;
      reply.sample.id = fmt::to_string(i);
      constexpr const char* kCorners[] = {"bbox_x1", "bbox_y1", "bbox_x2", "bbox_y2"};
      for (rapidjson::SizeType k = 0; k < 4; ++k) reply.sample.fields[kCorners[k]] = scalar_text((*box)[k]).value_or("");
      reply.sample.fields["height"] = scalar_text((*size)[0]).value_or("");
      reply.sample.fields["width"] = scalar_text((*size)[1]).value_or("");
      reply.sample.references = {json::dump(*box)};
      replies.push_back(std::move(reply));
    }
    return replies;
  }

  const RefCocoSet& set_;
};

}  // namespace

std::unique_ptr<Benchmark> make_refcoco(std::string_view name) {
  const auto* set = std::ranges::find(kSets, name, &RefCocoSet::name);
  if (set == std::end(kSets)) throw InternalError(fmt::format("no table row for \"{}\"", name));
  return std::make_unique<RefCoco>(*set);
}

}  // namespace assay
