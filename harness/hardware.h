#pragma once
#include <cstdint>
#include <string>

namespace assay {

/// The machine a run was made on; for the manifest.
struct Hardware {
  std::string cpu;  ///< "AMD EPYC 9R14", or "unknown"
  int cores = 0;    ///< online
  std::int64_t memory_bytes = 0;
};

[[nodiscard]] Hardware this_hardware();
/// Those that this process may run on: a launcher may have bound it to some.
[[nodiscard]] int usable_cores();
[[nodiscard]] std::string host_name();
/// The most memory that this process has held so far, mapped files that were touched included; as the kernel counts it.
[[nodiscard]] std::int64_t peak_memory_bytes();

}  // namespace assay
