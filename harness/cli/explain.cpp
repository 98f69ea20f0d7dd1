#include "harness/cli/explain.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

#include "benchmarks/judge.h"
#include "harness/base/json.h"
#include "harness/base/utf8.h"
#include "harness/scoring.h"
#include "reports/number_text.h"
#include "reports/text_table.h"

namespace assay {
namespace {

constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();
constexpr std::size_t kHeadLetters = 120, kTailLetters = 60;

using Allocator = json::Document::AllocatorType;

bool is_inside_letter(char c) { return (static_cast<unsigned char>(c) & 0xC0) == 0x80; }

std::int64_t count_letters(std::string_view text) {
  return std::ranges::count_if(text, [](char c) { return !is_inside_letter(c); });
}

/// Where the n-th letter begins; the text's end where there are fewer.
std::size_t place_of_letter(std::string_view text, std::size_t n) {
  std::size_t at = 0;
  for (; at < text.size(); ++at) {
    if (!is_inside_letter(text[at]) && n-- == 0) break;
  }
  return at;
}

/// Where the n-th letter from the end begins; 0 where there are fewer.
std::size_t place_from_end(std::string_view text, std::size_t n) {
  std::size_t at = text.size();
  while (at > 0 && n > 0) {
    --at;
    if (!is_inside_letter(text[at])) --n;
  }
  return at;
}

/// What a metric would be with everything right. A basis that does not give the metric's own number (the default one, of a benchmark that
/// says nothing better) tells nothing of its scale.
std::map<std::string, double> scales_of(const std::vector<MetricBasis>& bases, const BenchmarkResult& result) {
  constexpr double kRounding = 1e-4;  // official tools print two decimals of a percentage
  std::map<std::string, double> scales;
  for (const auto& basis : bases) {
    const auto metric = std::ranges::find(result.metrics, basis.name, &Metric::name);
    if (metric == result.metrics.end() || basis.rows.empty()) continue;
    const double full = full_scale(basis);
    if (std::abs(value_of(basis) - metric->value) <= kRounding * full) scales[basis.name] = full;
  }
  return scales;
}

const Metric* find_metric(const ProfileScores& side, const std::string& name) {
  const auto found = std::ranges::find(side.result.metrics, name, &Metric::name);
  return found == side.result.metrics.end() ? nullptr : &*found;
}

/// By how much a first profile's value must be multiplied to lie on the second's scale; nothing is known: NaN. Metrics of which it is not said
/// what they are made of share the scale of their profile's main metric.
double scale_ratio(const ProfileScores& first, const ProfileScores& second, const std::string& name) {
  for (const auto& known : {name, first.result.main_metric}) {
    const auto a = first.scales.find(known), b = second.scales.find(known);
    if (a == first.scales.end() || b == second.scales.end()) continue;
    if (known == name || a->second == b->second) return b->second / a->second;
    return kNaN;
  }
  return first.scales.empty() && second.scales.empty() ? 1 : kNaN;
}

ProfileMetric compare_metric(std::span<const ProfileScores> sides, const std::string& name) {
  ProfileMetric compared{name, name == sides.front().result.main_metric, {}, {}, {}};
  for (const auto& side : sides) {
    const Metric* metric = find_metric(side, name);
    compared.values.push_back(metric == nullptr ? kNaN : metric->value);
    compared.counts.push_back(metric == nullptr ? 0 : metric->count);
    compared.differences.push_back(compared.values.back() / scale_ratio(sides.front(), side, name) - compared.values.front());
  }
  return compared;
}

/// The first profile's names in its order, then what only others have.
std::vector<std::string> metric_names(std::span<const ProfileScores> sides) {
  std::vector<std::string> names;
  for (const auto& side : sides) {
    for (const auto& metric : side.result.metrics) {
      if (std::ranges::find(names, metric.name) == names.end()) names.push_back(metric.name);
    }
  }
  return names;
}

bool is_same(double a, double b) { return a == b || (std::isnan(a) && std::isnan(b)); }

bool disagree(std::span<const ProfileScores> sides, std::size_t i) {
  return std::ranges::any_of(sides, [&](const ProfileScores& side) { return !is_same(side.scores[i].value, sides.front().scores[i].value); });
}

ExplainedSample explain_sample(const Reply& reply, std::span<const ProfileScores> sides, std::size_t i) {
  ExplainedSample sample{reply.sample.id, reply.sample.category, reply.sample.references, {}, {}};
  const auto show = [&](const std::string& text) { sample.replies.push_back({shortened(text), count_letters(text)}); };
  std::ranges::for_each(reply.earlier, show);
  show(reply.text);
  for (const auto& side : sides) {
    sample.scores.push_back(side.scores[i]);
    sample.scores.back().answer = shortened(sample.scores.back().answer);
  }
  return sample;
}

std::string labels_text(const ExplainedSample& sample) {
  std::vector<std::string> labels;
  for (const auto& reference : sample.references) labels.push_back(json::dump_string(shortened(reference)));
  return labels.empty() ? "none" : fmt::format("{}", fmt::join(labels, ", "));
}

/// A line a turn, counted from 1 where there are several.
std::string replies_text(const ExplainedSample& sample) {
  std::string text;
  for (std::size_t turn = 0; turn < sample.replies.size(); ++turn) {
    const auto& reply = sample.replies[turn];
    text += fmt::format("    reply{}: {} ({} letters)\n", sample.replies.size() == 1 ? "" : fmt::format(" {}", turn + 1), json::dump_string(reply.text), reply.letters);
  }
  return text;
}

std::string sample_text(const ProfileComparison& comparison, const ExplainedSample& sample) {
  std::string text = fmt::format("\n  {}{}\n{}    label: {}\n", sample.id, sample.category.empty() ? "" : fmt::format(" ({})", sample.category), replies_text(sample),
                                 labels_text(sample));
  for (std::size_t p = 0; p < comparison.profiles.size(); ++p) {
    const Score& score = sample.scores[p];
    text += fmt::format("    {}: {}, read {}", comparison.profiles[p], std::isnan(score.value) ? "no value" : fmt::format("{:.4g}", score.value),
                        score.answer.empty() ? "nothing" : json::dump_string(score.answer));
    text += score.state == SampleState::kScored ? "\n" : fmt::format(" ({})\n", name_of(score.state));
  }
  return text;
}

json::Value texts_value(const std::vector<std::string>& texts, Allocator& allocator) {
  json::Value value(rapidjson::kArrayType);
  for (const auto& text : texts) value.PushBack(json::string_value(text, allocator), allocator);
  return value;
}

json::Value metric_value(const ProfileComparison& comparison, const ProfileMetric& metric, Allocator& allocator) {
  json::Value value(rapidjson::kObjectType), profiles(rapidjson::kArrayType);
  for (std::size_t p = 0; p < comparison.profiles.size(); ++p) {
    json::Value side(rapidjson::kObjectType);
    side.AddMember("profile", json::string_value(comparison.profiles[p], allocator), allocator);
    side.AddMember("value", metric.values[p], allocator);
    side.AddMember("count", metric.counts[p], allocator);
    side.AddMember("difference", metric.differences[p], allocator);
    profiles.PushBack(side, allocator);
  }
  value.AddMember("name", json::string_value(metric.name, allocator), allocator);
  value.AddMember("is_main", metric.is_main, allocator);
  value.AddMember("profiles", profiles, allocator);
  return value;
}

void add_reply(json::Value& value, const ShownReply& reply, Allocator& allocator) {
  value.AddMember("reply", json::string_value(reply.text, allocator), allocator);
  value.AddMember("reply_letters", reply.letters, allocator);
}

json::Value earlier_value(const ExplainedSample& sample, Allocator& allocator) {
  json::Value earlier(rapidjson::kArrayType);
  for (std::size_t turn = 0; turn + 1 < sample.replies.size(); ++turn) {
    json::Value value(rapidjson::kObjectType);
    add_reply(value, sample.replies[turn], allocator);
    earlier.PushBack(value, allocator);
  }
  return earlier;
}

json::Value sample_value(const ProfileComparison& comparison, const ExplainedSample& sample, Allocator& allocator) {
  json::Value value(rapidjson::kObjectType), profiles(rapidjson::kArrayType);
  for (std::size_t p = 0; p < comparison.profiles.size(); ++p) {
    json::Value side(rapidjson::kObjectType);
    side.AddMember("profile", json::string_value(comparison.profiles[p], allocator), allocator);
    side.AddMember("value", sample.scores[p].value, allocator);
    side.AddMember("state", json::string_value(name_of(sample.scores[p].state), allocator), allocator);
    side.AddMember("answer", json::string_value(sample.scores[p].answer, allocator), allocator);
    profiles.PushBack(side, allocator);
  }
  value.AddMember("id", json::string_value(sample.id, allocator), allocator);
  value.AddMember("category", json::string_value(sample.category, allocator), allocator);
  value.AddMember("references", texts_value(sample.references, allocator), allocator);
  add_reply(value, sample.replies.back(), allocator);
  if (sample.replies.size() > 1) value.AddMember("earlier", earlier_value(sample, allocator), allocator);
  value.AddMember("profiles", profiles, allocator);
  return value;
}

json::Value comparison_value(const ProfileComparison& comparison, Allocator& allocator) {
  json::Value value(rapidjson::kObjectType), profiles(rapidjson::kArrayType), metrics(rapidjson::kArrayType), explained(rapidjson::kArrayType);
  for (std::size_t p = 0; p < comparison.profiles.size(); ++p) {
    json::Value profile(rapidjson::kObjectType);
    profile.AddMember("name", json::string_value(comparison.profiles[p], allocator), allocator);
    profile.AddMember("rule", json::string_value(comparison.rules[p], allocator), allocator);
    profiles.PushBack(profile, allocator);
  }
  for (const auto& metric : comparison.metrics) metrics.PushBack(metric_value(comparison, metric, allocator), allocator);
  for (const auto& sample : comparison.explained) explained.PushBack(sample_value(comparison, sample, allocator), allocator);
  value.AddMember("benchmark", json::string_value(comparison.benchmark, allocator), allocator);
  value.AddMember("split", json::string_value(comparison.split, allocator), allocator);
  value.AddMember("profiles", profiles, allocator);
  value.AddMember("metrics", metrics, allocator);
  value.AddMember("samples", comparison.samples, allocator);
  value.AddMember("disagreements", comparison.disagreements, allocator);
  value.AddMember("explained", explained, allocator);
  return value;
}

}  // namespace

std::vector<ProfileScores> score_profiles(const Benchmark& benchmark, const std::vector<Reply>& replies, const std::vector<std::string>& profiles,
                                          Judge& judge, bool keeps) {
  std::vector<ProfileScores> sides;
  for (const auto& profile : profiles) {
    auto judged = replies;
    ask_judge(judge, benchmark, profile, judged);
    std::vector<ScoredReply> scored;
    ProfileScores side;
    side.result = score_all(benchmark, std::move(judged), profile, &scored);
    if (keeps) side.kept = scored_benchmark(benchmark, side.result, scored);
    if (profiles.size() > 1) {
      side.scales = scales_of(keeps ? side.kept.bases : benchmark.bases(scored, profile), side.result);
      for (auto& one : scored) side.scores.push_back(std::move(one.score));
    }
    sides.push_back(std::move(side));
  }
  return sides;
}

ProfileComparison compare_profiles(const Benchmark& benchmark, const std::vector<Reply>& replies, std::span<const ProfileScores> sides,
                                   std::size_t limit) {
  ProfileComparison comparison;
  comparison.benchmark = benchmark.name();
  comparison.split = benchmark.split();
  comparison.samples = static_cast<std::int64_t>(replies.size());
  for (const auto& side : sides) {
    comparison.profiles.push_back(side.result.profile);
    comparison.rules.push_back(benchmark.answer_rule(side.result.profile));
  }
  for (const auto& name : metric_names(sides)) comparison.metrics.push_back(compare_metric(sides, name));
  for (std::size_t i = 0; i < replies.size(); ++i) {
    if (!disagree(sides, i)) continue;
    ++comparison.disagreements;
    if (comparison.explained.size() < limit) comparison.explained.push_back(explain_sample(replies[i], sides, i));
  }
  return comparison;
}

std::string side_by_side_text(const ProfileComparison& comparison) {
  Table table{{{"metric"}}, {}};
  for (std::size_t p = 0; p < comparison.profiles.size(); ++p) {
    table.columns.push_back({comparison.profiles[p], true});
    if (p > 0) table.columns.push_back({"difference", true});
  }
  for (const auto& metric : comparison.metrics) {
    Row row = {metric.is_main ? metric.name + " *" : metric.name};
    const bool counts_differ = std::ranges::any_of(metric.counts, [&](auto count) { return count != metric.counts.front(); });
    for (std::size_t p = 0; p < comparison.profiles.size(); ++p) {
      row.push_back(counts_differ ? fmt::format("{} (of {})", number_text(metric.values[p]), metric.counts[p]) : number_text(metric.values[p]));
      if (p > 0) row.push_back(signed_text(metric.differences[p]));
    }
    table.rows.push_back(std::move(row));
  }
  return fmt::format("\n{}, side by side: {} samples, {} of them scored differently; differences are from {}, on its scale\n", comparison.benchmark,
                     comparison.samples, comparison.disagreements, comparison.profiles.front()) +
         console_table(table);
}

std::string explanation_text(const ProfileComparison& comparison) {
  std::string text = fmt::format("\n{}: {} samples are scored differently, {} shown\n", comparison.benchmark, comparison.disagreements,
                                 comparison.explained.size());
  for (std::size_t p = 0; p < comparison.profiles.size(); ++p) {
    text += fmt::format("  {}: {}\n", comparison.profiles[p], comparison.rules[p].empty() ? "its rule is not written down" : comparison.rules[p]);
  }
  for (const auto& sample : comparison.explained) text += sample_text(comparison, sample);
  return text;
}

std::string explanation_json(std::span<const ProfileComparison> comparisons) {
  json::Document document;
  auto& allocator = document.GetAllocator();
  document.SetObject();
  json::Value values(rapidjson::kArrayType);
  for (const auto& comparison : comparisons) values.PushBack(comparison_value(comparison, allocator), allocator);
  document.AddMember("schema", rapidjson::StringRef(kExplainSchema), allocator);
  document.AddMember("comparisons", values, allocator);
  return json::dump_pretty(document) + "\n";
}

std::string shortened(std::string_view text) {
  constexpr std::string_view kGap = " ... ";
  const std::size_t head = place_of_letter(text, kHeadLetters), tail = place_from_end(text, kTailLetters);
  if (tail <= head + kGap.size()) return replace_invalid_utf8(text);
  return replace_invalid_utf8(text.substr(0, head)).append(kGap).append(replace_invalid_utf8(text.substr(tail)));
}

}  // namespace assay
