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
};

struct SpeedFile {
  std::string name;     ///< the path it was read from
  std::string machine;  ///< processors and caches as the file's context has them, for telling machines apart
  std::vector<SpeedCase> cases;  ///< in the file's order
};

/// Throws DataError for what is not such a file, or holds no repetition.
[[nodiscard]] SpeedFile read_speed_file(const std::filesystem::path& path);

}  // namespace assay
