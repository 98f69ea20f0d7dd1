#pragma once
#include <cstddef>
#include <cstdint>
#include <type_traits>

#include "benchmarks/catalog.h"

/// Benchmarks compiled apart: a shared object that gives a table like the catalogue's own. It is built against these headers by the compiler that built
/// the program, and takes what it calls of ours from the program; docs/adding-a-benchmark.md says how.
namespace assay {

/// Raised whenever something a plugin sees changes its meaning without changing its layout.
inline constexpr std::uint32_t kPluginVersion = 1;

/// What tells whether a plugin means the same by Benchmark, Sample and the rest: their sizes, the compiler's ABI and the standard library's.
[[nodiscard]] constexpr std::uint64_t plugin_layout() {
  std::uint64_t hash = 0xCBF29CE484222325;
  for (const std::uint64_t part : {std::uint64_t{__GXX_ABI_VERSION}, std::uint64_t{_GLIBCXX_USE_CXX11_ABI}, std::uint64_t{sizeof(Benchmark)}, std::uint64_t{sizeof(BenchmarkEntry)},
                                   std::uint64_t{sizeof(Sample)}, std::uint64_t{sizeof(ImageRef)}, std::uint64_t{sizeof(Question)}, std::uint64_t{sizeof(Decoding)},
                                   std::uint64_t{sizeof(Prompt)}, std::uint64_t{sizeof(Reply)}, std::uint64_t{sizeof(Score)}, std::uint64_t{sizeof(Metric)},
                                   std::uint64_t{sizeof(MetricBasis)}, std::uint64_t{sizeof(JudgeQuestion)}, std::uint64_t{sizeof(Submission)}}) {
    hash = (hash ^ part) * 0x100000001B3;  // FNV-1a, a word at a time
  }
  return hash;
}

/// What the entry point returns. The version comes first, so that it can be read whatever stands behind it.
struct PluginTable {
  std::uint32_t version;
  std::uint64_t layout;
  const char* name;
  const BenchmarkEntry* benchmarks;  ///< these live as long as the process
  std::size_t benchmark_count;
};
static_assert(std::is_standard_layout_v<PluginTable>);

/// The symbol that is looked for.
inline constexpr const char* kPluginEntry = "assay_plugin";
using PluginEntry = const PluginTable*();

}  // namespace assay

/// Once in a plugin, outside any namespace: `entries` is an array of BenchmarkEntry with a name of its own.
#define ASSAY_PLUGIN(plugin_name, entries)                                                                       \
  extern "C" __attribute__((visibility("default"))) const assay::PluginTable* assay_plugin() {                   \
    static const assay::PluginTable table = {assay::kPluginVersion, assay::plugin_layout(), plugin_name, entries, \
                                             sizeof(entries) / sizeof(entries[0])};                              \
    return &table;                                                                                               \
  }
