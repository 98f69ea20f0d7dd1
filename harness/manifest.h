#pragma once
#include <filesystem>
#include <string>
#include <vector>

#include "harness/base/json.h"
#include "harness/config.h"
#include "harness/plan.h"
#include "model/vlm.h"

namespace assay {

/// What a run was made with: enough to make it again, and to tell whether a later start goes on with the same run.
/// Members that a later start must find unchanged come first and are compared one by one.
struct ManifestEntry {
  std::string name;  ///< "max-tiles", "model.weights_digest", "chartqa_test.data_digest"
  std::string json;  ///< the value as one line of JSON
};

struct Manifest {
  std::vector<ManifestEntry> fixed;  ///< another value gives other results
  std::vector<ManifestEntry> noted;  ///< for the reader: speed, paths, hardware, time
};

[[nodiscard]] Manifest make_manifest(const RunConfig& config, const Plan& plan, const ModelCard& card,
                                     const std::string& weights_digest);

/// Writes manifest.json, or, where `run` has one, compares. Throws ConfigError that names each fixed member that differs, old and new
/// value, and the way out; DataError for a damaged manifest, or for journals without one.
void write_or_compare(const std::filesystem::path& run, const Manifest& manifest);

/// The members of the object at `key`, each as one line of JSON. Throws DataError where there is no such object.
[[nodiscard]] std::vector<ManifestEntry> read_members(const json::Value& document, std::string_view key, std::string_view where);

/// Throws DataError when there is none or it is damaged.
[[nodiscard]] Manifest read_manifest(const std::filesystem::path& run);

/// The config of a run, read back from its manifest.
[[nodiscard]] RunConfig config_of(const Manifest& manifest, const std::filesystem::path& run);

/// The value of `name` as JSON; empty when there is none.
[[nodiscard]] std::string value_of(const Manifest& manifest, std::string_view name);

}  // namespace assay
