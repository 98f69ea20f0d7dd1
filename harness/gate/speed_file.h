#pragma once
#include <filesystem>
#include <string>
#include <vector>

/// Timings that Google Benchmark wrote: `--benchmark_out=FILE --benchmark_out_format=json --benchmark_repetitions=9`.
namespace assay {

/// One of its benchmarks, measured several times.
struct SpeedCase {
  std::string name;              ///< "encode/tiles:4"
  std::vector<double> seconds;   ///< real time of an iteration, one for each repetition
  // Counters of our own stages, one for each repetition; empty: the row has none.
  std::vector<double> flops = {};   ///< a second
  std::vector<double> bytes = {};   ///< a second
  std::vector<double> shares = {};  ///< of the roofline
};

struct SpeedFile {
  std::string name;     ///< the path it was read from
  std::string machine;  ///< processors and caches as the file's context has them, for telling machines apart
  std::string cpu;      ///< its model; empty: the file does not say
  std::vector<SpeedCase> cases;  ///< in the file's order
  std::vector<SpeedCase> peaks = {};  ///< rows named "peak/...": what the machine could do, and nothing that a change of ours makes faster or slower
};

/// Throws DataError for what is not such a file, or holds no repetition.
[[nodiscard]] SpeedFile read_speed_file(const std::filesystem::path& path);

/// What keeps timings of two machines apart; empty where both may be one.
[[nodiscard]] std::string machine_difference(const SpeedFile& one, const SpeedFile& other);

/// Adds the repetitions of a further file of the same program. Throws DataError for one of another machine.
void add_repetitions(SpeedFile& file, const SpeedFile& more);

}  // namespace assay
