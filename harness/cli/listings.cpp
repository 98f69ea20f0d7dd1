#include "harness/cli/listings.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <array>
#include <map>
#include <utility>
#include <vector>

#include "benchmarks/data_note.h"
#include "harness/cli/shown_prompt.h"

namespace assay {
namespace {

using Allocator = json::Document::AllocatorType;

json::Value texts_value(const std::vector<std::string>& texts, Allocator& allocator) {
  json::Value value(rapidjson::kArrayType);
  for (const auto& text : texts) value.PushBack(json::string_value(text, allocator), allocator);
  return value;
}

void add_text(json::Value& object, const char* key, std::string_view text, Allocator& allocator) {
  object.AddMember(json::Value(rapidjson::StringRef(key)), json::string_value(text, allocator), allocator);
}

std::string_view text_in(const json::Value& thing, const char* key) { return json::text_of(thing[key]); }

std::string joined(const json::Value& thing, const char* key) {
  std::vector<std::string_view> texts;
  for (const auto& item : thing[key].GetArray()) texts.push_back(json::text_of(item));
  return fmt::format("{}", fmt::join(texts, ", "));
}

bool has_that_name(const json::Value& thing, std::string_view name) { return text_in(thing, "name") == name; }

json::Value notes_value(const Benchmark& benchmark, Allocator& allocator) {
  json::Value value(rapidjson::kArrayType);
  for (const auto& note : benchmark.metric_notes()) {
    json::Value metric(rapidjson::kObjectType);
    add_text(metric, "name", note.name, allocator);
    add_text(metric, "formula", note.formula, allocator);
    value.PushBack(metric, allocator);
  }
  return value;
}

/// How each scoring profile reads a reply, by its name.
json::Value rules_value(const Benchmark& benchmark, Allocator& allocator) {
  json::Value value(rapidjson::kObjectType);
  for (const auto& profile : benchmark.scoring_profiles()) {
    value.AddMember(json::string_value(profile, allocator), json::string_value(benchmark.answer_rule(profile), allocator), allocator);
  }
  return value;
}

/// Whose rules each scoring profile follows.
json::Value sources_value(const Benchmark& benchmark, const DataNote* note, Allocator& allocator) {
  json::Value value(rapidjson::kObjectType);
  for (const auto& profile : benchmark.scoring_profiles()) {
    const auto source = profile.starts_with("official") && note != nullptr ? note->scorer : note != nullptr ? profile_source(profile) : "";
    value.AddMember(json::string_value(profile, allocator), json::string_value(source, allocator), allocator);
  }
  return value;
}

/// What each prompt profile asks of a made-up sample.
json::Value prompts_value(const Benchmark& benchmark, Allocator& allocator) {
  json::Value value(rapidjson::kObjectType);
  const Sample sample = stand_in_sample();
  for (const auto& profile : benchmark.prompt_profiles()) {
    value.AddMember(json::string_value(profile, allocator), json::string_value(shown_prompt(benchmark, sample, profile), allocator), allocator);
  }
  return value;
}

json::Value benchmark_value(const Benchmark& benchmark, Allocator& allocator) {
  json::Value value(rapidjson::kObjectType);
  add_text(value, "name", benchmark.name(), allocator);
  add_text(value, "split", benchmark.split(), allocator);
  add_text(value, "summary", benchmark.summary(), allocator);
  add_text(value, "paper", benchmark.paper(), allocator);
  add_text(value, "main_metric", benchmark.main_metric(), allocator);
  value.AddMember("prompt_profiles", texts_value(benchmark.prompt_profiles(), allocator), allocator);
  value.AddMember("scoring_profiles", texts_value(benchmark.scoring_profiles(), allocator), allocator);
  const DataNote* note = find_data_note(benchmark.name());
  add_text(value, "count", note == nullptr ? "" : note->count, allocator);
  add_text(value, "licence", note == nullptr ? "" : note->licence, allocator);
  add_text(value, "origin", note == nullptr ? "" : note->origin, allocator);
  value.AddMember("prompts", prompts_value(benchmark, allocator), allocator);
  value.AddMember("answer_rules", rules_value(benchmark, allocator), allocator);
  value.AddMember("sources", sources_value(benchmark, note, allocator), allocator);
  value.AddMember("metrics", notes_value(benchmark, allocator), allocator);
  return value;
}

json::Document benchmarks(const Program& program) {
  json::Document document;
  document.SetArray();
  for (const auto& entry : program.catalog) document.PushBack(benchmark_value(*entry.make(), document.GetAllocator()), document.GetAllocator());
  return document;
}

std::string benchmark_line(const json::Value& benchmark) {
  return fmt::format("{:<20}  {} ({})\n", text_in(benchmark, "name"), text_in(benchmark, "summary"), text_in(benchmark, "paper"));
}

std::string benchmark_description(const json::Value& benchmark) {
  std::string text = fmt::format("{}: {}\n  paper: {}\n  split: {}\n  main metric: {}\n  asked as: {}\n  scored as: {}\n",
                                 text_in(benchmark, "name"), text_in(benchmark, "summary"), text_in(benchmark, "paper"),
                                 text_in(benchmark, "split"), text_in(benchmark, "main_metric"), joined(benchmark, "prompt_profiles"),
                                 joined(benchmark, "scoring_profiles"));
  text += "  (the first of each is the default: --prompt-profile, --profile)\n  how a reply is read:\n";
  for (const auto& rule : benchmark["answer_rules"].GetObject()) {
    if (rule.value.GetStringLength() > 0) text += fmt::format("    {}: {}\n", json::text_of(rule.name), json::text_of(rule.value));
  }
  text += "  after:\n";
  for (const auto& source : benchmark["sources"].GetObject()) {
    if (source.value.GetStringLength() > 0) text += fmt::format("    {}: {}\n", json::text_of(source.name), json::text_of(source.value));
  }
  text += "  metrics:\n";
  for (const auto& metric : benchmark["metrics"].GetArray())
    text += fmt::format("    {}: {}\n", text_in(metric, "name"), text_in(metric, "formula"));
  if (!text_in(benchmark, "count").empty()) text += fmt::format("  published: {}\n", text_in(benchmark, "count"));
  if (!text_in(benchmark, "origin").empty()) {
    const auto licence = text_in(benchmark, "licence");
    text += fmt::format("  from: {}\n  licence: {}\n", text_in(benchmark, "origin"), licence.empty() ? "not stated in what was read; ask where it is from" : licence);
  }
  return text;
}

json::Document models(const Program& program) {
  json::Document document;
  auto& allocator = document.GetAllocator();
  document.SetArray();
  for (const auto& family : program.model_families()) {
    json::Value value(rapidjson::kObjectType);
    add_text(value, "name", family.name, allocator);
    add_text(value, "model_types", family.model_types, allocator);
    document.PushBack(value, allocator);
  }
  return document;
}

std::string model_line(const json::Value& model) {
  return fmt::format("{} (model_type {})\n", text_in(model, "name"), text_in(model, "model_types"));
}

std::string model_description(const json::Value& model) {
  return fmt::format("{}: checkpoint folders whose config.json has a model_type of: {}\n  `assay inspect weights DIR` tells what one holds\n",
                     text_in(model, "name"), text_in(model, "model_types"));
}

/// Of one name there may be several formulas, each with the benchmarks that use it.
json::Document metrics(const Program& program) {
  std::map<std::string, std::map<std::string, std::vector<std::string>>> by_name;
  for (const auto& entry : program.catalog)
    for (const auto& note : entry.make()->metric_notes()) by_name[note.name][note.formula].emplace_back(entry.name);
  json::Document document;
  auto& allocator = document.GetAllocator();
  document.SetArray();
  for (const auto& [name, formulas] : by_name) {
    json::Value metric(rapidjson::kObjectType), meanings(rapidjson::kArrayType);
    for (const auto& [formula, names] : formulas) {
      json::Value meaning(rapidjson::kObjectType);
      add_text(meaning, "formula", formula, allocator);
      meaning.AddMember("benchmarks", texts_value(names, allocator), allocator);
      meanings.PushBack(meaning, allocator);
    }
    add_text(metric, "name", name, allocator);
    metric.AddMember("meanings", meanings, allocator);
    document.PushBack(metric, allocator);
  }
  return document;
}

std::string metric_text(const json::Value& metric) {
  std::string text = fmt::format("{}\n", text_in(metric, "name"));
  for (const auto& meaning : metric["meanings"].GetArray())
    text += fmt::format("  {}\n    in {}\n", text_in(meaning, "formula"), joined(meaning, "benchmarks"));
  return text;
}

/// "existence.acc_plus" is a "<subtask>.acc_plus", which "acc_plus" calls too.
bool is_metric_called(const json::Value& metric, std::string_view name) {
  const auto own = text_in(metric, "name");
  if (own == name) return true;
  const auto own_dot = own.rfind('.'), dot = name.rfind('.');
  if (!own.starts_with('<') || own_dot == std::string_view::npos) return false;
  return own.substr(own_dot + 1) == name.substr(dot == std::string_view::npos ? 0 : dot + 1);
}

json::Document profiles(const Program& program) {
  struct Uses {
    std::vector<std::string> asks, scores;
  };
  std::map<std::string, Uses> by_name;
  for (const auto& entry : program.catalog) {
    const auto benchmark = entry.make();
    for (const auto& name : benchmark->prompt_profiles()) by_name[name].asks.emplace_back(entry.name);
    for (const auto& name : benchmark->scoring_profiles()) by_name[name].scores.emplace_back(entry.name);
  }
  json::Document document;
  auto& allocator = document.GetAllocator();
  document.SetArray();
  for (const auto& [name, uses] : by_name) {
    json::Value profile(rapidjson::kObjectType);
    add_text(profile, "name", name, allocator);
    profile.AddMember("asks", texts_value(uses.asks, allocator), allocator);
    profile.AddMember("scores", texts_value(uses.scores, allocator), allocator);
    document.PushBack(profile, allocator);
  }
  return document;
}

std::string profile_text(const json::Value& profile) {
  std::string text = fmt::format("{}\n", text_in(profile, "name"));
  if (!profile["asks"].Empty()) text += fmt::format("  asks (--prompt-profile): {}\n", joined(profile, "asks"));
  if (!profile["scores"].Empty()) text += fmt::format("  scores (--profile): {}\n", joined(profile, "scores"));
  return text;
}

constexpr std::array kListings = {
    Listing{"benchmarks", benchmarks, benchmark_line, benchmark_description, has_that_name},
    Listing{"models", models, model_line, model_description, has_that_name},
    Listing{"metrics", metrics, metric_text, metric_text, is_metric_called},
    Listing{"profiles", profiles, profile_text, profile_text, has_that_name},
};

}  // namespace

json::Document described(const Benchmark& benchmark) {
  json::Document document;
  json::Value value = benchmark_value(benchmark, document.GetAllocator());
  static_cast<json::Value&>(document).Swap(value);
  return document;
}

std::span<const Listing> listings() { return kListings; }

}  // namespace assay
