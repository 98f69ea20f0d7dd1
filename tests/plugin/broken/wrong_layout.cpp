#include "benchmarks/plugin.h"

/// As if built against headers in which a Sample is larger.
namespace {
constexpr assay::BenchmarkEntry kNone[] = {{"none", "none", "none", nullptr}};
}

extern "C" const assay::PluginTable* assay_plugin() {
  static const assay::PluginTable table = {assay::kPluginVersion, assay::plugin_layout() + 1, "wrong", kNone, 1};
  return &table;
}
