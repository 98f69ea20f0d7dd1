#include "harness/plan.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cstdlib>
#include <limits>
#include <numeric>
#include <system_error>
#include <unordered_map>
#include <unordered_set>

#include "benchmarks/yaml_benchmark.h"
#include "datasets/locate.h"
#include "harness/base/digest.h"
#include "harness/base/error.h"
#include "harness/base/file.h"
#include "harness/base/suggestion.h"
#include "harness/base/utf8.h"
#include "harness/plugins.h"
#include "harness/reencoding.h"
#include "harness/sample_list_file.h"

namespace assay {
namespace {

namespace fs = std::filesystem;

std::uint64_t seed_for(std::uint64_t run_seed, const std::string& benchmark, const std::string& id) {
  const std::string hex = digest_of(fmt::format("{}/{}/{}", run_seed, benchmark, id)).substr(0, 16);
  return std::strtoull(hex.c_str(), nullptr, 16);
}

/// Pieces with their lengths, so that "ab","c" and "a","bc" differ.
class KeyText {
 public:
  void clear() { text_.clear(); }
  KeyText& add(std::string_view piece) {
    fmt::format_to(std::back_inserter(text_), "{}:", piece.size());
    text_ += piece;
    return *this;
  }
  template <typename Number>
  KeyText& add_number(Number value) {
    fmt::format_to(std::back_inserter(text_), "#{};", value);
    return *this;
  }
  [[nodiscard]] std::string digest() const { return digest_of(text_); }

 private:
  std::string text_;
};

void add_turns(const std::vector<Turn>& turns, KeyText& text) {
  for (const Turn& turn : turns) {
    text.add_number(static_cast<int>(turn.role)).add_number(turn.parts.size());
    for (const Part& part : turn.parts) part.is_image() ? text.add_number(part.image_index) : text.add(part.text);
  }
}

std::string content_key_of(const Question& question, KeyText& text) {
  text.clear();
  add_turns(question.prompt.turns, text);
  for (const ImageInput& image : question.prompt.images) text.add(image.key);
  const Decoding& decoding = question.decoding;
  text.add_number(decoding.max_new_tokens).add_number(decoding.min_new_tokens).add_number(static_cast<int>(decoding.do_sample));
  if (decoding.do_sample)
    text.add_number(decoding.temperature).add_number(decoding.top_p).add_number(decoding.top_k).add_number(decoding.seed);
  // Only where they are set, so that runs without them keep their keys.
  if (decoding.repetition_penalty != 1.0) text.add("repetition").add_number(decoding.repetition_penalty);
  if (decoding.beams > 1)
    text.add("beams").add_number(decoding.beams).add_number(decoding.length_penalty).add_number(static_cast<int>(decoding.early_stopping));
  for (const std::string& stop : decoding.stop) text.add(stop);
  text.add_number(question.max_tiles.value_or(-1));
  for (const Option& option : question.ranked) text.add("ranked").add(option.letter).add(option.text);
  if (!question.later_turns.empty()) add_turns(question.later_turns, text.add("later"));
  return text.digest();
}

/// Numbers pictures in the order in which they first appear.
class PictureRanks {
 public:
  /// The rank of a sample's first picture; each sample without one stands alone.
  std::uint32_t add(const Prompt& prompt) {
    for (const ImageInput& image : prompt.images) ranks_.try_emplace(image.key, next_++);
    return prompt.images.empty() ? next_++ : ranks_.at(prompt.images.front().key);
  }
  [[nodiscard]] std::int64_t distinct() const { return static_cast<std::int64_t>(ranks_.size()); }

 private:
  std::unordered_map<std::string, std::uint32_t> ranks_;
  std::uint32_t next_ = 0;
};

/// A row that cannot be read has no id of its own; it fails later, as a sample, under this one.
std::string id_of_row(std::size_t index) { return fmt::format("row-{}", index); }

class Planner {
 public:
  /// `listed` is what the --samples file lists of this benchmark; null: there is no such file.
  Planner(PlannedBenchmark& planned, const RunConfig& config, const std::vector<ListedSample>* listed)
      : planned_(planned), config_(config), listed_(listed), wanted_(config.task.samples.begin(), config.task.samples.end()),
        limit_(config.task.limit ? static_cast<std::size_t>(*config.task.limit) : std::numeric_limits<std::size_t>::max()) {
    if (listed_ == nullptr) return;
    for (const auto& sample : *listed_) wanted_.insert(sample.id);
  }

  void read_all() {
    const auto size = planned_.source->size();
    if (size == 0)
      throw DataError(fmt::format("{}: the data set holds no samples ({})", planned_.benchmark->name(), paths_text()));
    for (std::size_t index = 0; index < size && (has_room() || listed_ != nullptr); ++index) read(index);
    if (listed_ != nullptr) note_listed();
    planned_.order.resize(planned_.samples.size());
    std::iota(planned_.order.begin(), planned_.order.end(), 0U);
    std::stable_sort(planned_.order.begin(), planned_.order.end(), [&](auto a, auto b) { return planned_.samples[a].picture < planned_.samples[b].picture; });
    planned_.distinct_pictures = pictures_.distinct();
  }

 private:
  [[nodiscard]] bool has_room() const { return planned_.samples.size() < limit_; }

  /// Every id of the source is known once a list is checked against it, those beyond the limit too.
  bool is_wanted(const std::string& id) {
    if (listed_ != nullptr) known_ids_.push_back(id);
    return has_room() && (wanted_.empty() || wanted_.contains(id));
  }

  void note_listed() {
    check_ids_listed(*listed_, planned_.benchmark->name(), known_ids_, config_.task.samples_file);
    PlannedBenchmark::Listed listed;
    KeyText ids;
    for (const auto& id : known_ids_)
      if (wanted_.contains(id)) ids.add(id), ++listed.count;
    listed.digest = ids.digest();
    planned_.listed = std::move(listed);
  }

  void read(std::size_t index) {
    PlannedSample sample{index, id_of_row(index), ""};
    bool was_read = false;
    try {
      const Sample read = planned_.source->get(index);
      sample.id = replace_invalid_utf8(read.id);
      was_read = true;
      if (!is_wanted(sample.id)) return;
      const Question question = question_for(planned_, read, config_.decoding);
      sample.content_key = content_key_of(question, key_text_);
      sample.turn_count += question.later_turns.size();
      sample.picture = pictures_.add(question.prompt);
      planned_.most_new_tokens += static_cast<std::int64_t>(sample.turn_count) * question.decoding.max_new_tokens;
    } catch (const InternalError&) {
      throw;
    } catch (const Error&) {  // told as this sample's failure when its turn comes
      if (!was_read && !is_wanted(sample.id)) return;
      sample.picture = pictures_.add(Prompt{});
    }
    if (const auto [first, is_new] = ids_.try_emplace(sample.id, index); !is_new)
      throw DataError(fmt::format("{}: samples {} and {} have the same id \"{}\" ({})", planned_.benchmark->name(), first->second,
                                  index, sample.id, paths_text()));
    planned_.prompt_count += static_cast<std::int64_t>(sample.turn_count);
    planned_.samples.push_back(std::move(sample));
  }

  [[nodiscard]] std::string paths_text() const {
    std::vector<std::string> paths;
    for (const auto& path : planned_.source->paths()) paths.push_back(path.string());
    return fmt::format("{}", fmt::join(paths, ", "));
  }

  PlannedBenchmark& planned_;
  const RunConfig& config_;
  const std::vector<ListedSample>* listed_;
  std::unordered_set<std::string> wanted_;  ///< empty: all
  std::size_t limit_;
  std::vector<std::string> known_ids_;
  PictureRanks pictures_;
  KeyText key_text_;
  std::unordered_map<std::string, std::size_t> ids_;
};

/// Puts behind the prompt what was said since, and takes from it the pictures of turns to come.
void add_said(Prompt& prompt, std::vector<Turn> later_turns, std::span<const std::string> said) {
  for (std::size_t i = 0; i < said.size(); ++i) {
    prompt.turns.push_back({Role::kAssistant, {{said[i]}}});
    prompt.turns.push_back(std::move(later_turns.at(i)));
  }
  std::size_t shown = 0;
  for (const Turn& turn : prompt.turns)
    for (const Part& part : turn.parts)
      if (part.is_image()) shown = std::max(shown, part.image_index + 1);
  prompt.images.resize(shown);
}

/// Leaves the texts alone.
void drop_pictures(Question& question) {
  for (auto* turns : {&question.prompt.turns, &question.later_turns})
    for (Turn& turn : *turns) std::erase_if(turn.parts, [](const Part& part) { return part.is_image(); });
  question.prompt.images.clear();
}

std::string choose_prompt_profile(const Benchmark& benchmark, const std::string& asked) {
  const auto known = benchmark.prompt_profiles();
  if (asked.empty()) return known.at(0);
  if (std::find(known.begin(), known.end(), asked) == known.end())
    throw ConfigError(fmt::format("{}: no prompt profile is named \"{}\"{}", benchmark.name(), asked, suggestion(asked, known)));
  return asked;
}

void check_samples_found(const Plan& plan, const std::vector<std::string>& wanted) {
  std::unordered_set<std::string> found;
  for (const auto& planned : plan.benchmarks)
    for (const auto& sample : planned.samples) found.insert(sample.id);
  std::vector<std::string> problems;
  for (const auto& id : wanted)
    if (!found.contains(id)) problems.push_back(fmt::format("--sample: no benchmark of this run has a sample \"{}\"", id));
  throw_if_any(problems);
}

/// What --samples lists, and its text in the plan; nothing without such a file.
std::vector<ListedSample> read_listed(const RunConfig& config, Plan& plan) {
  const std::string& file = config.task.samples_file;
  if (file.empty()) return {};
  std::error_code error;
  if (!fs::is_regular_file(file, error)) throw ConfigError(fmt::format("--samples: there is no file \"{}\"", file));
  plan.samples_text = read_file(file);
  auto listed = parse_sample_list(plan.samples_text, file);
  check_benchmarks_listed(listed, config.task.benchmarks, file);
  return listed;
}

}  // namespace

std::int64_t Plan::sample_count() const {
  std::int64_t count = 0;
  for (const auto& planned : benchmarks) count += static_cast<std::int64_t>(planned.samples.size());
  return count;
}

std::vector<std::string> names_of(std::span<const BenchmarkEntry> catalog) {
  std::vector<std::string> names;
  for (const auto& entry : with_plugins(catalog)) names.emplace_back(entry.name);
  return names;
}

std::unique_ptr<Benchmark> make_from(std::span<const BenchmarkEntry> catalog, std::string_view name) {
  for (const auto& entry : with_plugins(catalog))
    if (entry.name == name) return entry.make();
  if (is_yaml_benchmark(name)) return make_yaml_benchmark(name);
  throw ConfigError(fmt::format("no benchmark is named \"{}\"{}", name, suggestion(name, names_of(catalog))));
}

DataPlaces data_places(const std::string& data_dir) {
  std::error_code error;
  if (!data_dir.empty() && !fs::is_directory(data_dir, error)) throw DataError(fmt::format("--data-dir: there is no folder \"{}\"", data_dir));
  DataPlaces places;
  for (const auto& root : data_roots(data_dir.empty() ? std::nullopt : std::optional<fs::path>(data_dir))) {
    places.roots.push_back(fs::canonical(root));  // one spelling, so that a picture's key does not depend on how it was named
  }
  return places;
}

std::vector<std::string> choose_scoring_profiles(const Benchmark& benchmark, const std::vector<std::string>& asked) {
  const auto known = benchmark.scoring_profiles();
  if (asked.empty()) return {known.at(0)};
  for (const auto& name : asked)
    if (std::find(known.begin(), known.end(), name) == known.end())
      throw ConfigError(fmt::format("{}: no scoring profile is named \"{}\"{}", benchmark.name(), name, suggestion(name, known)));
  return asked;
}

Plan make_plan(const RunConfig& config, std::span<const BenchmarkEntry> catalog, const DataPlaces& places) {
  load_plugins(config.task.plugins);
  Plan plan;
  plan.decoding = config.decoding;
  plan.ranks_options = config.task.ranks_options;
  for (const std::string& name : config.task.benchmarks) {
    PlannedBenchmark planned;
    planned.benchmark = make_from(catalog, name);
    planned.prompt_profile = choose_prompt_profile(*planned.benchmark, config.task.prompt_profile);
    planned.scoring_profiles = choose_scoring_profiles(*planned.benchmark, config.task.scoring_profiles);
    plan.benchmarks.push_back(std::move(planned));
  }
  const auto listed = read_listed(config, plan);
  for (PlannedBenchmark& planned : plan.benchmarks) {
    const auto listed_here = listed_for(listed, planned.benchmark->name());
    planned.source = planned.benchmark->open(places);
    Planner(planned, config, config.task.samples_file.empty() ? nullptr : &listed_here).read_all();
  }
  check_samples_found(plan, config.task.samples);
  return plan;
}

Sample sample_or_stand_in(const PlannedBenchmark& planned, const PlannedSample& which) {
  try {
    return planned.source->get(which.index);
  } catch (const InternalError&) {
    throw;
  } catch (const Error&) {
    Sample stand_in;
    stand_in.id = which.id;
    return stand_in;
  }
}

Question question_for(const PlannedBenchmark& planned, const Sample& sample, const DecodingConfig& decoding) {
  Question question = planned.benchmark->ask(sample, planned.prompt_profile);
  if (decoding.max_new_tokens) question.decoding.max_new_tokens = *decoding.max_new_tokens;
  if (decoding.max_tiles) question.max_tiles = decoding.max_tiles;
  if (decoding.reencodes_pictures) reencode_like_vlmevalkit(sample, question);
  if (decoding.drops_pictures) drop_pictures(question);
  if (decoding.temperature > 0) {
    question.decoding.do_sample = true;
    question.decoding.temperature = decoding.temperature;
    question.decoding.top_p = decoding.top_p;
    question.decoding.top_k = decoding.top_k;
  }
  if (question.decoding.do_sample) question.decoding.seed = seed_for(decoding.seed, planned.benchmark->name(), sample.id);
  return question;
}

Request request_for(const PlannedBenchmark& planned, const PlannedSample& which, Question question, std::span<const std::string> said) {
  Request request;
  const std::string benchmark = planned.benchmark->name();
  request.id.reserve(benchmark.size() + 1 + which.id.size());
  request.id.append(benchmark).append("/").append(which.id);
  if (!said.empty()) request.id += fmt::format(", turn {}", said.size() + 1);
  if (!question.later_turns.empty()) add_said(question.prompt, std::move(question.later_turns), said);
  request.prompt = std::move(question.prompt);
  request.decoding = std::move(question.decoding);
  request.decoding.seed += said.size();  // each turn draws anew
  request.max_tiles = question.max_tiles;
  for (Option& option : question.ranked) request.options.push_back(std::move(option.text));
  request.ranks_per_token = !request.options.empty();
  return request;
}

}  // namespace assay
