#pragma once
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "benchmarks/catalog.h"
#include "harness/config.h"

namespace assay {

/// A sample that will be asked; its text stays on disk until then.
struct PlannedSample {
  std::size_t index = 0;    ///< in the source
  std::string id;           ///< as the journal writes it (valid UTF-8)
  std::string content_key;  ///< digest over everything that decides the reply, the model apart
  std::size_t turn_count = 1;  ///< of a dialogue: how often the model is asked, each time with its own replies before
  std::uint32_t picture = 0;  ///< those of one benchmark with the same number show the same first picture
};

struct PlannedBenchmark {
  std::unique_ptr<Benchmark> benchmark;
  std::unique_ptr<SampleSource> source;
  std::string prompt_profile;
  std::vector<std::string> scoring_profiles;
  std::vector<PlannedSample> samples;  ///< in the source's order
  std::vector<std::uint32_t> order;    ///< the same, questions on one picture beside each other
  std::int64_t distinct_pictures = 0;
  std::int64_t prompt_count = 0;     ///< sum of the samples' turns
  std::int64_t most_new_tokens = 0;  ///< sum of the decoding limits, turn by turn

  /// What a --samples file lists, by content: how many, and a digest over their ids in the source's order.
  struct Listed {
    std::int64_t count = 0;
    std::string digest;
  };
  std::optional<Listed> listed;
};

struct Plan {
  std::vector<PlannedBenchmark> benchmarks;
  DecodingConfig decoding;
  bool ranks_options = false;  ///< the likelihoods of multiple-choice letters are asked for beside the replies
  std::string samples_text;  ///< the --samples file as it was read; empty: there is none

  [[nodiscard]] std::int64_t sample_count() const;
};

/// Those of the plugins loaded so far too, here and in make_from().
[[nodiscard]] std::vector<std::string> names_of(std::span<const BenchmarkEntry> catalog);

/// The one of that name, or what the YAML file of that name defines. Throws ConfigError with the nearest names when there is none.
[[nodiscard]] std::unique_ptr<Benchmark> make_from(std::span<const BenchmarkEntry> catalog, std::string_view name);

/// --data-dir (which must be a folder: DataError), ASSAY_DATA, LMUData, the hub's cache; most specific first.
[[nodiscard]] DataPlaces data_places(const std::string& data_dir);

/// The profiles asked for, or the default one. Throws ConfigError with a suggestion for a name that the benchmark does not have.
[[nodiscard]] std::vector<std::string> choose_scoring_profiles(const Benchmark& benchmark, const std::vector<std::string>& asked);

/// Loads the config's plugins, opens the data and reads every sample once. Throws ConfigError for profiles or sample ids that do not exist and for a --samples file
/// that does not fit, DataError for data that is missing, empty, or names two samples alike.
[[nodiscard]] Plan make_plan(const RunConfig& config, std::span<const BenchmarkEntry> catalog, const DataPlaces& places);

/// A row that cannot be read is a sample of the run all the same: it keeps its place under the id it fails with.
[[nodiscard]] Sample sample_or_stand_in(const PlannedBenchmark& planned, const PlannedSample& which);

/// What is asked for one sample, the config's own limits and seed applied. Throws what the source and the benchmark throw.
[[nodiscard]] Question question_for(const PlannedBenchmark& planned, const Sample& sample, const DecodingConfig& decoding);

/// The same as the model is asked it: of a dialogue the turn behind the replies `said` so far, with the pictures that were shown by then.
[[nodiscard]] Request request_for(const PlannedBenchmark& planned, const PlannedSample& which, Question question, std::span<const std::string> said = {});

}  // namespace assay
