#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "benchmarks/yaml_benchmark.h"
#include "harness/base/error.h"
#include "harness/base/suggestion.h"
#include "harness/cli/command_line.h"
#include "harness/cli/listings.h"
#include "harness/cli/shown_prompt.h"
#include "harness/cli/verbs.h"
#include "harness/plan.h"
#include "harness/plugins.h"
#include "harness/published_file.h"

namespace assay {
namespace {

constexpr const char* kListExamples =
    "  assay list\n"
    "  assay list benchmarks --format json\n"
    "  assay list models\n"
    "  assay list metrics\n"
    "  assay list profiles\n";

constexpr const char* kDescribeExamples =
    "  assay describe chartqa_test --data-dir data\n"
    "  assay describe metrics acc_plus\n"
    "  assay describe profiles vlmevalkit --format json\n"
    "  assay describe models\n";

constexpr const char* kNothing = "none: this build has no engine; configure with -DASSAY_WITH_LIBTORCH=ON\n";

const Listing* find_listing(std::string_view name) {
  const auto all = listings();
  const auto found = std::find_if(all.begin(), all.end(), [&](const Listing& listing) { return listing.name == name; });
  return found == all.end() ? nullptr : &*found;
}

std::vector<std::string> kind_names() {
  std::vector<std::string> names;
  for (const Listing& listing : listings()) names.emplace_back(listing.name);
  return names;
}

/// Each line further in.
std::string indented(const std::string& text) {
  std::string lines = "      ";
  for (const char c : text) lines += c == '\n' ? "\n      " : std::string(1, c);
  return lines + "\n";
}

std::string prompts_text(const Benchmark& benchmark, const Sample& sample, const std::string& which) {
  std::string text = fmt::format("  asked of {}:\n", which);
  for (const auto& profile : benchmark.prompt_profiles()) {
    text += fmt::format("    {} ({}):\n{}", profile, shown_limits(benchmark, sample, profile), indented(shown_prompt(benchmark, sample, profile)));
  }
  return text;
}

std::string prompts_of_first(const Benchmark& benchmark, const SampleSource& source) {
  try {
    const Sample first = source.get(0);
    return prompts_text(benchmark, first, fmt::format("its sample \"{}\"", first.id));
  } catch (const DataError& error) {
    return fmt::format("  its first sample: {}\n", error.what());
  }
}

/// What was found, or the list of places and layouts that were tried; and what each prompt profile asks of the first sample, or of a made-up one.
std::string data_text(const Benchmark& benchmark, const std::string& data_dir) {
  try {
    const auto source = benchmark.open(data_places(data_dir));
    std::string text = fmt::format("  data: {} samples\n", source->size());
    for (const auto& path : source->paths()) {
      const auto note = published_file_note(path);
      text += fmt::format("    {}{}{}\n", path.string(), note.empty() ? "" : ": ", note);
    }
    return text + prompts_of_first(benchmark, *source);
  } catch (const DataError& error) {
    return fmt::format("  data: not found: {}\n", error.what()) + prompts_text(benchmark, stand_in_sample(), "a made-up sample");
  }
}

struct DescribeOptions {
  std::string kind, name, data_dir, format = "text";
  std::vector<std::string> plugins;
};

std::string description(const Program& program, const Listing& listing, const json::Value& thing, const DescribeOptions& options) {
  if (wants_json(options.format)) return json::dump_pretty(thing) + "\n";
  std::string text = listing.description(thing);
  if (listing.name == std::string_view("benchmarks")) {
    const auto benchmark = make_from(program.catalog, json::text_of(thing["name"]));
    text += data_text(*benchmark, options.data_dir);
  }
  return text;
}

/// All things of one kind.
int describe_all(const Program& program, const Listing& listing, const DescribeOptions& options) {
  const auto things = listing.things(program);
  if (wants_json(options.format)) {
    print_out(json::dump_pretty(things) + "\n");
    return 0;
  }
  for (const auto& thing : things.GetArray()) print_out(description(program, listing, thing, options));
  if (things.Empty()) print_out(kNothing);
  return 0;
}

int describe_yaml(const DescribeOptions& options) {
  const auto benchmark = make_yaml_benchmark(options.name);
  const auto thing = described(*benchmark);
  if (wants_json(options.format)) print_out(json::dump_pretty(thing) + "\n");
  else print_out(find_listing("benchmarks")->description(thing) + data_text(*benchmark, options.data_dir));
  return 0;
}

/// The thing of that name, of the kind named or of whichever has one.
int describe_one(const Program& program, const DescribeOptions& options) {
  if (is_yaml_benchmark(options.name)) return describe_yaml(options);
  std::vector<std::string> known = options.kind.empty() ? kind_names() : std::vector<std::string>{};
  for (const Listing& listing : listings()) {
    if (!options.kind.empty() && options.kind != listing.name) continue;
    const auto things = listing.things(program);
    for (const auto& thing : things.GetArray()) {
      if (listing.is_called(thing, options.name)) {
        print_out(description(program, listing, thing, options));
        return 0;
      }
      known.emplace_back(json::text_of(thing["name"]));
    }
  }
  throw ConfigError(fmt::format("assay describe: {} is called \"{}\"{}", options.kind.empty() ? "nothing" : "none of the " + options.kind,
                                options.name, suggestion(options.name, known)));
}

/// The program with the plugins' benchmarks in its catalogue.
Program with_plugins_of(const Program& program, const std::vector<std::string>& plugins) {
  load_plugins(plugins);
  Program extended = program;
  extended.catalog = with_plugins(program.catalog);
  return extended;
}

}  // namespace

int list_verb(const Program& given, Arguments arguments) {
  std::string what = "benchmarks", format = "text";
  std::vector<std::string> plugins;
  CommandLine line("list", "Lists what is built in.", kListExamples);
  line.argument("WHAT", what, "benchmarks (default), models, metrics or profiles; or a benchmark's YAML file");
  line.texts("plugin", plugins, "shared object with benchmarks of your own; may be repeated");
  line.text("format", format, "text or json");
  Problems problems;
  if (!line.parse(std::move(arguments), problems)) return 0;
  check_format(format, problems);
  const Listing* listing = find_listing(is_yaml_benchmark(what) ? "benchmarks" : what);
  if (listing == nullptr) problems.push_back(fmt::format("assay list: there is no list of \"{}\"{}", what, suggestion(what, kind_names())));
  throw_if_any(problems);
  const Program program = with_plugins_of(given, plugins);
  auto things = is_yaml_benchmark(what) ? json::Document(rapidjson::kArrayType) : listing->things(program);
  if (is_yaml_benchmark(what)) things.PushBack(json::Value(described(*make_yaml_benchmark(what)), things.GetAllocator()), things.GetAllocator());
  if (wants_json(format)) {
    print_out(json::dump_pretty(things) + "\n");
    return 0;
  }
  std::string text;
  for (const auto& thing : things.GetArray()) text += listing->line(thing);
  print_out(text.empty() ? kNothing : text);
  return 0;
}

int describe_verb(const Program& given, Arguments arguments) {
  DescribeOptions options;
  CommandLine line("describe", "Tells what a benchmark asks, how it scores and where its data was found; or what a metric, a profile or a "
                               "family of models is.", kDescribeExamples);
  line.argument("KIND", options.kind, "benchmarks, models, metrics or profiles; may be left out");
  line.argument("NAME", options.name, "one of them, see `assay list`; left out: all of that kind");
  line.text("data-dir", options.data_dir, "where the data sets lie");
  line.texts("plugin", options.plugins, "shared object with benchmarks of your own; may be repeated");
  line.text("format", options.format, "text or json");
  Problems problems;
  if (!line.parse(std::move(arguments), problems)) return 0;
  check_format(options.format, problems);
  const Listing* listing = find_listing(options.kind);
  if (options.kind.empty()) problems.emplace_back("assay describe: name a benchmark, a metric, a profile or a family of models, see `assay list`");
  else if (listing == nullptr && options.name.empty()) std::swap(options.kind, options.name);
  else if (listing == nullptr)
    problems.push_back(fmt::format("assay describe: there is no kind \"{}\"{}", options.kind, suggestion(options.kind, kind_names())));
  throw_if_any(problems);
  const Program program = with_plugins_of(given, options.plugins);
  return options.name.empty() ? describe_all(program, *listing, options) : describe_one(program, options);
}

}  // namespace assay
