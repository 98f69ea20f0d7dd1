#pragma once
#include <functional>

namespace assay {

/// The whole of a speed program: Google Benchmark's own options, the context that every file of timings carries (which processor, whether instructions
/// and memory are counted), the rows that `add_rows` registers, and errors told as everywhere. Returns the exit code.
int speed_main(int argc, char** argv, const std::function<void()>& add_rows);

}  // namespace assay
