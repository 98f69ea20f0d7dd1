#include "harness/gate/size_report.h"

#include <fmt/format.h>

#include "harness/base/json.h"

namespace assay {
namespace {

using Allocator = json::Document::AllocatorType;

std::string percent_text(double share) { return fmt::format("{:.3g} %", 100 * share); }

std::string row_text(const std::string& label, const SizeAtFlipRate& at, double units) {
  return fmt::format("    {:<10}{:>18}{:>18.0f}{}\n", label, points_text(at.detectable_drop), at.units_needed, at.units_needed > units ? "  more than there are" : "");
}

std::string set_text(const PlannedSize& set, const SizeTarget& target) {
  const auto& plan = set.plan;
  const std::string name = plan.benchmark.empty() ? "a set" : plan.benchmark;
  std::string text = fmt::format("{}: {} samples", name, plan.samples);
  if (plan.unit_name != "samples") text += fmt::format(", {:.0f} {}", plan.units, plan.unit_name);
  text += fmt::format(", in {} {}; design effect {:.2f} at a correlation of {:.2f} ({})\n", plan.clusters, plan.clusters == 1 ? "cluster" : "clusters",
                      plan.design_effect, plan.correlation.value, name_of(plan.correlation.origin));
  text += fmt::format("  with {} flips ({}) it sees a true drop of {} points; a drop of {} needs {:.0f} {}\n", percent_text(plan.flip_rate.value),
                      name_of(plan.flip_rate.origin), points_text(plan.whole.detectable_drop), points_text(target.margin), plan.whole.units_needed, plan.unit_name);
  text += fmt::format("    {:<10}{:>18}{:>18}\n", "flips", "drop seen, points", "needed for " + points_text(target.margin));
  for (const auto& at : plan.by_flip_rate) text += row_text(percent_text(at.flip_rate), at, plan.units);
  text += row_text("unpaired", plan.unpaired, plan.units);
  if (const auto& subset = set.subset) {
    text += fmt::format("  wrote {}: {} of {} samples in {} clusters, seed {}; they see a drop of {} points\n", subset->file, subset->samples, plan.samples,
                        subset->clusters, subset->seed, points_text(subset->detectable_drop));
  }
  return text + "\n";
}

json::Value at_value(const SizeAtFlipRate& at, double units, Allocator& allocator) {
  json::Value value(rapidjson::kObjectType);
  value.AddMember("flip_rate", at.flip_rate, allocator);
  value.AddMember("detectable_drop_points", 100 * at.detectable_drop, allocator);
  value.AddMember("units_needed", at.units_needed, allocator);
  value.AddMember("is_enough", at.units_needed <= units, allocator);
  return value;
}

json::Value sourced_value(const SourcedNumber& number, Allocator& allocator) {
  json::Value value(rapidjson::kObjectType);
  value.AddMember("value", number.value, allocator);
  value.AddMember("origin", rapidjson::StringRef(name_of(number.origin)), allocator);
  return value;
}

json::Value subset_value(const SubsetNote& subset, Allocator& allocator) {
  json::Value value(rapidjson::kObjectType);
  value.AddMember("file", json::string_value(subset.file, allocator), allocator);
  value.AddMember("seed", subset.seed, allocator);
  value.AddMember("samples", subset.samples, allocator);
  value.AddMember("units", subset.units, allocator);
  value.AddMember("clusters", subset.clusters, allocator);
  value.AddMember("detectable_drop_points", 100 * subset.detectable_drop, allocator);
  return value;
}

json::Value set_value(const PlannedSize& set, Allocator& allocator) {
  const auto& plan = set.plan;
  json::Value value(rapidjson::kObjectType);
  if (!plan.benchmark.empty()) value.AddMember("benchmark", json::string_value(plan.benchmark, allocator), allocator);
  value.AddMember("samples", plan.samples, allocator);
  value.AddMember("unit", json::string_value(plan.unit_name, allocator), allocator);
  value.AddMember("units", plan.units, allocator);
  value.AddMember("clusters", plan.clusters, allocator);
  value.AddMember("correlation", sourced_value(plan.correlation, allocator), allocator);
  value.AddMember("design_effect", plan.design_effect, allocator);
  value.AddMember("flip_rate", sourced_value(plan.flip_rate, allocator), allocator);
  value.AddMember("whole", at_value(plan.whole, plan.units, allocator), allocator);
  json::Value rates(rapidjson::kArrayType);
  for (const auto& at : plan.by_flip_rate) rates.PushBack(at_value(at, plan.units, allocator), allocator);
  value.AddMember("by_flip_rate", rates, allocator);
  value.AddMember("unpaired", at_value(plan.unpaired, plan.units, allocator), allocator);
  if (set.subset) value.AddMember("subset", subset_value(*set.subset, allocator), allocator);
  return value;
}

}  // namespace

std::string points_text(double share) {
  constexpr double kTwoDigitsBelow = 9.995;  // what two digits would round to 10.00
  if (share > 1) return "none";  // no metric can drop by more than all of it
  return 100 * share < kTwoDigitsBelow ? fmt::format("{:.2f}", 100 * share) : fmt::format("{:.1f}", 100 * share);
}

std::string size_text(const SizeReport& report) {
  std::string text;
  for (const auto& set : report.sets) text += set_text(set, report.target);
  text += fmt::format("Paired one-sided test at {}, {} power. A point is a hundredth of a metric's full scale. Flips: samples whose score differs between\n"
                      "two runs. Unpaired: what comparing two averages of about 80 % would see.\n",
                      percent_text(report.target.test.alpha), percent_text(report.target.test.power));
  for (const auto& note : report.notes) text += fmt::format("Note: {}.\n", note);
  return text;
}

std::string size_json(const SizeReport& report) {
  json::Document document;
  auto& allocator = document.GetAllocator();
  document.SetObject();
  document.AddMember("schema", rapidjson::StringRef(kPlanSchema), allocator);
  document.AddMember("alpha", report.target.test.alpha, allocator);
  document.AddMember("power", report.target.test.power, allocator);
  document.AddMember("margin_points", 100 * report.target.margin, allocator);
  json::Value sets(rapidjson::kArrayType);
  for (const auto& set : report.sets) sets.PushBack(set_value(set, allocator), allocator);
  document.AddMember("sets", sets, allocator);
  json::Value notes(rapidjson::kArrayType);
  for (const auto& note : report.notes) notes.PushBack(json::string_value(note, allocator), allocator);
  document.AddMember("notes", notes, allocator);
  return json::dump_pretty(document) + "\n";
}

}  // namespace assay
