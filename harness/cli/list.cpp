#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <utility>

#include "harness/base/error.h"
#include "harness/base/json.h"
#include "harness/base/suggestion.h"
#include "harness/cli/command_line.h"
#include "harness/cli/verbs.h"
#include "harness/plan.h"

namespace assay {
namespace {

constexpr const char* kExamples =
    "  assay list\n"
    "  assay list benchmarks --format json\n"
    "  assay list models\n"
    "  assay list profiles\n";

std::string benchmarks_text(const Program& program) {
  std::size_t width = 0;
  for (const auto& entry : program.catalog) width = std::max(width, entry.name.size());
  std::string text;
  for (const auto& entry : program.catalog) text += fmt::format("{:<{}}  {} ({})\n", entry.name, width, entry.summary, entry.paper);
  return text;
}

std::string profiles_text(const Program& program) {
  std::string text;
  for (const auto& entry : program.catalog) {
    const auto benchmark = entry.make();
    text += fmt::format("{}\n  asked as: {}\n  scored as: {}\n", entry.name, fmt::join(benchmark->prompt_profiles(), ", "),
                        fmt::join(benchmark->scoring_profiles(), ", "));
  }
  return text;
}

json::Value texts_value(const std::vector<std::string>& texts, json::Document::AllocatorType& allocator) {
  json::Value value(rapidjson::kArrayType);
  for (const auto& text : texts) value.PushBack(json::string_value(text, allocator), allocator);
  return value;
}

json::Value benchmark_value(const Benchmark& benchmark, json::Document::AllocatorType& allocator) {
  json::Value value(rapidjson::kObjectType);
  value.AddMember("name", json::string_value(benchmark.name(), allocator), allocator);
  value.AddMember("split", json::string_value(benchmark.split(), allocator), allocator);
  value.AddMember("summary", json::string_value(benchmark.summary(), allocator), allocator);
  value.AddMember("paper", json::string_value(benchmark.paper(), allocator), allocator);
  value.AddMember("main_metric", json::string_value(benchmark.main_metric(), allocator), allocator);
  value.AddMember("prompt_profiles", texts_value(benchmark.prompt_profiles(), allocator), allocator);
  value.AddMember("scoring_profiles", texts_value(benchmark.scoring_profiles(), allocator), allocator);
  return value;
}

std::string models_text(const Program& program) {
  std::string text;
  for (const auto& family : program.model_families()) text += fmt::format("{} (model_type {})\n", family.name, family.model_types);
  return text.empty() ? "none: this build has no engine; configure with -DASSAY_WITH_LIBTORCH=ON\n" : text;
}

std::string models_json(const Program& program) {
  json::Document document;
  auto& allocator = document.GetAllocator();
  document.SetArray();
  for (const auto& family : program.model_families()) {
    json::Value value(rapidjson::kObjectType);
    value.AddMember("name", json::string_value(family.name, allocator), allocator);
    value.AddMember("model_types", json::string_value(family.model_types, allocator), allocator);
    document.PushBack(value, allocator);
  }
  return json::dump_pretty(document) + "\n";
}

std::string catalog_json(const Program& program) {
  json::Document document;
  auto& allocator = document.GetAllocator();
  document.SetArray();
  for (const auto& entry : program.catalog) document.PushBack(benchmark_value(*entry.make(), allocator), allocator);
  return json::dump_pretty(document) + "\n";
}

/// What can be listed, and how. Benchmarks in JSON carry their profiles.
struct Listing {
  const char* name;
  std::string (*text)(const Program& program);
  std::string (*json)(const Program& program);
};
constexpr Listing kListings[] = {
    {"benchmarks", benchmarks_text, catalog_json}, {"models", models_text, models_json}, {"profiles", profiles_text, catalog_json}};

std::string description(const Benchmark& benchmark) {
  std::string text = fmt::format("{}: {}\n  paper: {}\n  split: {}\n  main metric: {}\n  asked as: {}\n  scored as: {}\n", benchmark.name(),
                                 benchmark.summary(), benchmark.paper(), benchmark.split(), benchmark.main_metric(),
                                 fmt::join(benchmark.prompt_profiles(), ", "), fmt::join(benchmark.scoring_profiles(), ", "));
  return text + "  (the first of each is the default: --prompt-profile, --profile)\n";
}

/// What was found, or the list of places and layouts that were tried.
std::string data_text(const Benchmark& benchmark, const std::string& data_dir) {
  try {
    const auto source = benchmark.open(data_places(data_dir));
    std::string text = fmt::format("  data: {} samples\n", source->size());
    for (const auto& path : source->paths()) text += fmt::format("    {}\n", path.string());
    return text;
  } catch (const DataError& error) {
    return fmt::format("  data: not found: {}\n", error.what());
  }
}

}  // namespace

int list_verb(const Program& program, Arguments arguments) {
  std::string what = "benchmarks", format = "text";
  CommandLine line("list", "Lists what is built in.", kExamples);
  line.argument("WHAT", what, "benchmarks (default), models or profiles");
  line.text("format", format, "text or json");
  if (!line.parse(std::move(arguments))) return 0;
  std::vector<std::string> known;
  for (const Listing& listing : kListings) {
    known.emplace_back(listing.name);
    if (what != listing.name) continue;
    print_out(wants_json(format) ? listing.json(program) : listing.text(program));
    return 0;
  }
  throw ConfigError(fmt::format("assay list: there is no list of \"{}\"{}", what, suggestion(what, known)));
}

int describe_verb(const Program& program, Arguments arguments) {
  std::string name, data_dir, format = "text";
  CommandLine line("describe", "Tells what a benchmark asks, how it scores, and where its data was found.",
                   "  assay describe chartqa_test --data-dir data\n");
  line.argument("NAME", name, "a benchmark, see `assay list`");
  line.text("data-dir", data_dir, "where the data sets lie");
  line.text("format", format, "text or json");
  if (!line.parse(std::move(arguments))) return 0;
  if (name.empty()) throw ConfigError("assay describe: name a benchmark, see `assay list`");
  const auto benchmark = make_from(program.catalog, name);
  json::Document document;
  if (wants_json(format)) print_out(json::dump_pretty(benchmark_value(*benchmark, document.GetAllocator())) + "\n");
  else print_out(description(*benchmark) + data_text(*benchmark, data_dir));
  return 0;
}

}  // namespace assay
