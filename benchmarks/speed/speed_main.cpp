#include "benchmarks/speed/speed_main.h"

#include <benchmark/benchmark.h>
#include <fmt/format.h>

#include <cstdio>

#include "benchmarks/speed/row_meter.h"
#include "harness/base/error.h"
#include "harness/hardware.h"

namespace assay {

int speed_main(int argc, char** argv, const std::function<void()>& add_rows) {
  instruction_counter().open();
  const auto& problem = instruction_counter().problem();
  benchmark::AddCustomContext("cpu", this_hardware().cpu);
  benchmark::AddCustomContext("instructions", problem.empty() ? "counted in user space" : "not counted: " + problem);
  benchmark::AddCustomContext("peak_MB", reset_peak_memory() ? "resident memory above the row's beginning" : "not known: /proc/self/clear_refs is not writable");
  benchmark::Initialize(&argc, argv);
  if (benchmark::ReportUnrecognizedArguments(argc, argv)) return ConfigError("").exit_code();
  try {
    add_rows();
    benchmark::RunSpecifiedBenchmarks();
  } catch (const Error& error) {
    fmt::print(stderr, "{}: {}\n", argv[0], error.what());
    return error.exit_code();
  }
  benchmark::Shutdown();
  return 0;
}

}  // namespace assay
