#include <algorithm>
#include <cctype>

#include "harness/base/error.h"
#include "harness/base/json.h"
#include "model/tokenizer/sentencepiece_tokenizer.h"
#include "model/tokenizer/tokenizer.h"
#include "model/tokenizer/tokenizer_config.h"
#include "model/tokenizer/tokenizer_json.h"
#include "model/tokenizer/vocab_and_merges.h"

namespace assay {
namespace {

/// The names by which the checkpoint's config.json calls its language model, in lower case, one after the other.
std::string language_model_names(const std::filesystem::path& folder) {
  const auto path = folder / "config.json";
  if (!std::filesystem::exists(path)) return "";
  const json::Document config = json::parse_file(path);
  std::string names;
  const auto read = [&](const json::Value& section) {
    names += json::string_or(section, "model_type", "") + " ";
    if (const auto* list = json::find(section, "architectures"); list != nullptr && list->IsArray()) {
      for (const auto& name : list->GetArray()) names += name.IsString() ? std::string(json::text_of(name)) + " " : "";
    }
  };
  read(config);
  for (const auto* key : {"llm_config", "text_config"}) {
    if (const auto* section = json::find(config, key)) read(*section);
  }
  std::transform(names.begin(), names.end(), names.begin(), [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return names;
}

/// The class of a folder without a tokenizer_class.
std::string likely_class(const std::filesystem::path& folder) {
  const std::string names = language_model_names(folder);
  if (names.find("internlm") != std::string::npos) return "InternLM2Tokenizer";
  if (names.find("qwen2") != std::string::npos) return "Qwen2Tokenizer";
  return std::filesystem::exists(folder / "tokenizer.model") ? "LlamaTokenizer" : "GPT2Tokenizer";
}

std::unique_ptr<Tokenizer> open_kind(const std::filesystem::path& folder) {
  const auto has = [&](const char* name) { return std::filesystem::exists(folder / name); };
  const bool has_model = has("tokenizer.model"), has_json = has("tokenizer.json"), has_vocab = has("vocab.json") && has("merges.txt");
  if (!has_model && !has_json && !has_vocab) {
    throw ConfigError(fmt::format("{}: no tokenizer here; looked for tokenizer.json, tokenizer.model, and vocab.json with merges.txt",
                                  folder.string()));
  }
  const TokenizerConfig config = read_tokenizer_config(folder, likely_class(folder));
  const bool is_internlm = config.tokenizer_class.starts_with("InternLM");
  if (has_json && !(is_internlm && has_model)) return read_tokenizer_json(folder / "tokenizer.json", config);
  if (has_model) return open_sentencepiece(folder / "tokenizer.model", config);
  const bool is_qwen2 = config.tokenizer_class.starts_with("Qwen2");
  return read_vocab_and_merges(folder, config, is_qwen2 ? ByteBpeKind::kQwen2 : ByteBpeKind::kGpt2);
}

}  // namespace

std::unique_ptr<Tokenizer> open_tokenizer(const std::filesystem::path& checkpoint_folder) {
  try {
    return open_kind(checkpoint_folder);
  } catch (const DataError& error) {  // broken JSON or an unreadable file: here it is the model that does not fit
    throw ModelError(error.what());
  }
}

}  // namespace assay
