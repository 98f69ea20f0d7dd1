#pragma once
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "benchmarks/catalog.h"

namespace assay {

/// Loads shared objects with benchmarks (benchmarks/plugin.h), each once a process; they stay until its end. A child process tries each first, so that one that
/// crashes while it is loaded ends in a message.
///
/// Throws   ConfigError for a file that is not there or is no shared object, that lacks the entry point or a symbol, that was built for another version
///          or by another compiler, that crashes, throws or takes longer than `most_seconds`, and for a benchmark whose name is taken
void load_plugins(const std::vector<std::string>& files, unsigned most_seconds = 30);

/// The catalogue and what the plugins loaded so far add, sorted by name. One that has them already comes back as it is.
[[nodiscard]] std::span<const BenchmarkEntry> with_plugins(std::span<const BenchmarkEntry> catalog);

/// Of the file that a benchmark came from; empty for one that came from none.
[[nodiscard]] std::string plugin_digest_of(std::string_view benchmark);

}  // namespace assay
