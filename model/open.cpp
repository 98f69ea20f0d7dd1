#include <filesystem>

#include "harness/base/error.h"
#include "harness/base/json.h"
#include "model/checkpoint_report.h"
#include "model/engine/engine.h"
#include "model/engine/time_stages.h"
#include "model/internvl/config.h"
#include "model/internvl/internvl.h"
#include "model/likeness.h"
#include "model/llava/config.h"
#include "model/llava/llava.h"
#include "model/request_cost.h"
#include "model/tokenizer/tokenizer.h"
#include "model/vlm.h"
#include "model/xcomposer/config.h"
#include "model/xcomposer/xcomposer.h"

namespace assay {
namespace {

/// A family we run, and how to tell one of its folders.
struct FamilyEntry {
  std::string_view name;
  std::string_view model_types;  ///< for messages
  bool (*matches)(const json::Value& config);
  std::unique_ptr<Family> (*open)(const std::filesystem::path& folder, const VlmOptions& options);
  std::unique_ptr<Family> (*sketch)(const std::filesystem::path& folder, const VlmOptions& options, LayerCounts layers);
  LayerCounts (*layers)(const std::filesystem::path& folder);
  CheckpointReport (*inspect)(const std::filesystem::path& folder);
};

/// A model with weights up to here is timed with all of its layers.
constexpr std::uint64_t kWholeSketchBytes = std::uint64_t{1} << 30;

constexpr FamilyEntry kFamilies[] = {
    {"internvl", "internvl_chat, internvl", is_internvl, open_internvl, sketch_internvl, internvl_layers, inspect_internvl},
    {"llava", "llava, llava_llama, llava_mistral, llava_next", is_llava, open_llava, sketch_llava, llava_layers, inspect_llava},
    {"xcomposer", "internlmxcomposer2", is_xcomposer, open_xcomposer, sketch_xcomposer, xcomposer_layers, inspect_xcomposer},
};

/// "; <what the tensors look like>", or nothing.
std::string looks_like(const std::filesystem::path& folder) {
  const auto likeness = likeness_of(folder);
  return likeness.text.empty() ? "" : "; " + likeness.text;
}

/// Why the folder's tokenizer does not open; empty where it does.
std::string tokenizer_problem(const std::filesystem::path& folder) {
  try {
    (void)open_tokenizer(folder);
    return "";
  } catch (const InternalError&) {
    throw;
  } catch (const Error& error) {
    return error.what();
  }
}

/// What is said of a config.json of one family beside tensors of another, where a list of all that does not fit helps nobody; else empty.
std::string disagreement(const FamilyEntry& family, const std::filesystem::path& folder) {
  const auto likeness = likeness_of(folder);
  if (likeness.family.empty() || likeness.family == family.name) return "";
  return fmt::format("config.json says {}, but {}", family.name, likeness.text);
}

const FamilyEntry& family_of(const std::filesystem::path& folder) {
  if (!std::filesystem::exists(folder)) throw ConfigError(fmt::format("{}: no such checkpoint folder", folder.string()));
  const auto path = folder / "config.json";
  if (!std::filesystem::is_directory(folder) || !std::filesystem::exists(path)) {
    throw ConfigError(fmt::format("{}: expected a checkpoint folder with a config.json, as Hugging Face lays it out{}", folder.string(),
                                  std::filesystem::is_directory(folder) ? looks_like(folder) : ""));
  }
  const auto config = json::parse_file(path);
  std::string known;
  for (const auto& entry : kFamilies) {
    if (entry.matches(config)) return entry;
    known += fmt::format("{}{} ({})", known.empty() ? "" : ", ", entry.name, entry.model_types);
  }
  throw ConfigError(fmt::format("{}: model_type \"{}\" is of no family that runs here; known: {}{}", path.string(),
                                json::string_or(config, "model_type", "?"), known, looks_like(folder)));
}

}  // namespace

std::vector<FamilyName> model_families() {
  std::vector<FamilyName> names;
  for (const auto& entry : kFamilies) names.push_back({entry.name, entry.model_types});
  return names;
}

std::unique_ptr<Vlm> open_vlm(const std::string& path, const VlmOptions& options) {
  try {
    return make_engine(family_of(path).open(path, options), options);
  } catch (const DataError& error) {
    throw ModelError(error.what());  // a broken config or weight file is the model's fault
  }
}

RequestCost measure_cost(const std::string& path, const VlmOptions& options, std::span<const Request> sample) {
  try {
    const auto& family = family_of(path);
    const auto sketch = [&](LayerCounts layers) { return family.sketch(path, options, layers); };
    return time_stages(sketch, family.layers(path), family.inspect(path).weight_bytes <= kWholeSketchBytes, options, sample);
  } catch (const DataError& error) {
    throw ModelError(error.what());
  }
}

CheckpointReport inspect_checkpoint(const std::string& path) {
  std::string odd;
  const auto with_what_is_odd = [&odd](const Error& error) { return ModelError(odd.empty() ? error.what() : fmt::format("{}; {}", error.what(), odd)); };
  try {
    const auto& family = family_of(path);
    odd = disagreement(family, path);
    auto report = family.inspect(path);
    if (!odd.empty()) report.warnings.push_back(odd);
    if (const auto missing = tokenizer_problem(path); !missing.empty()) report.warnings.push_back(missing);
    return report;
  } catch (const DataError& error) {
    throw with_what_is_odd(error);
  } catch (const ModelError& error) {
    throw with_what_is_odd(error);
  }
}

}  // namespace assay
