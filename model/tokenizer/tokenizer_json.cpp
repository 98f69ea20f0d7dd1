#include "model/tokenizer/tokenizer_json.h"

#include <algorithm>

#include "harness/base/error.h"
#include "model/tokenizer/bpe_tokenizer.h"
#include "model/tokenizer/tokenizer_json_parts.h"

namespace assay {
namespace tokenizer_json {
namespace {

Vocabulary read_vocabulary(const json::Value& section, std::string_view where) {
  const json::Value& entries = json::require(section, "vocab", where);
  if (!entries.IsObject()) throw ModelError(fmt::format("{}: \"vocab\" must be an object of token and id", where));
  Vocabulary vocabulary(entries.MemberCount());
  for (const auto& entry : entries.GetObject()) {
    if (!entry.value.IsInt64()) throw ModelError(fmt::format("{}: the id of \"{}\" must be an integer", where, json::text_of(entry.name)));
    vocabulary.add(json::text_of(entry.name), entry.value.GetInt64());
  }
  return vocabulary;
}

/// Merges are "left right" in older files and ["left", "right"] in newer ones.
Bpe::Merge read_merge(const json::Value& value, std::string_view where) {
  if (value.IsArray() && value.Size() == 2 && value[0].IsString() && value[1].IsString()) {
    return {std::string(json::text_of(value[0])), std::string(json::text_of(value[1]))};
  }
  if (value.IsString()) {
    const std::string_view text = json::text_of(value);
    const auto space = text.find(' ');
    if (space != std::string_view::npos && text.find(' ', space + 1) == std::string_view::npos) {
      return {std::string(text.substr(0, space)), std::string(text.substr(space + 1))};
    }
  }
  throw ModelError(fmt::format("{}: a merge must be two tokens, got {}", where, json::dump(value)));
}

std::optional<std::string> maybe_string(const json::Value& object, std::string_view key) {
  const auto* value = json::find(object, key);
  return value != nullptr && value->IsString() ? std::optional(std::string(json::text_of(*value))) : std::nullopt;
}

}  // namespace

std::unique_ptr<const Bpe> read_bpe(const json::Value& section, std::string_view where) {
  // Files of early versions leave the type out; merges are what tells a BPE then.
  const std::string type = json::string_or(section, "type", json::find(section, "merges") != nullptr ? "BPE" : "?");
  if (type != "BPE") throw ModelError(fmt::format("{}: model type \"{}\" is not supported; supported: BPE", where, type));
  BpeOptions options;
  options.unk_token = maybe_string(section, "unk_token");
  options.continuing_subword_prefix = json::string_or(section, "continuing_subword_prefix", "");
  options.end_of_word_suffix = json::string_or(section, "end_of_word_suffix", "");
  options.fuse_unk = json::bool_or(section, "fuse_unk", false);
  options.byte_fallback = json::bool_or(section, "byte_fallback", false);
  options.ignore_merges = json::bool_or(section, "ignore_merges", false);
  const json::Value& list = json::require_array(section, "merges", where);
  std::vector<Bpe::Merge> merges;
  merges.reserve(list.Size());
  for (const auto& merge : list.GetArray()) merges.push_back(read_merge(merge, where));
  return std::make_unique<const Bpe>(read_vocabulary(section, where), merges, std::move(options));
}

std::vector<AddedToken> read_added_tokens(const json::Value& list, std::string_view where) {
  std::vector<AddedToken> tokens;
  for (const auto& value : list.GetArray()) {
    AddedToken token;
    token.id = json::require_int(value, "id", where);
    token.content = json::require_string(value, "content", where);
    if (token.id < 0 || token.id > Vocabulary::kLargestId) {
      throw ModelError(fmt::format("{}: id {} of \"{}\" must be in [0, {}]", where, token.id, token.content, Vocabulary::kLargestId));
    }
    token.lstrip = json::bool_or(value, "lstrip", false);
    token.rstrip = json::bool_or(value, "rstrip", false);
    token.single_word = json::bool_or(value, "single_word", false);
    token.is_special = json::bool_or(value, "special", false);
    token.normalized = json::bool_or(value, "normalized", !token.is_special);
    tokens.push_back(std::move(token));
  }
  return tokens;
}

std::vector<std::int64_t> read_prefix_ids(const json::Value& section, std::string_view where) {
  std::vector<std::int64_t> ids;
  if (section.IsNull()) return ids;
  const std::string type = json::require_string(section, "type", where);
  if (type == "Sequence") {
    for (const auto& step : json::require_array(section, "processors", where).GetArray()) {
      const auto more = read_prefix_ids(step, where);
      ids.insert(ids.begin(), more.begin(), more.end());  // a later processor wraps what an earlier one gave
    }
    return ids;
  }
  if (type == "ByteLevel") return ids;  // trims offsets only
  if (type != "TemplateProcessing") {
    throw ModelError(fmt::format("{}: type \"{}\" is not supported; supported: TemplateProcessing, ByteLevel, Sequence", where, type));
  }
  for (const auto& part : json::require_array(section, "single", where).GetArray()) {
    const auto* special = json::find(part, "SpecialToken");
    if (special == nullptr) break;  // the text itself
    const std::string name = json::require_string(*special, "id", where);
    const auto& entry = json::require(json::require(section, "special_tokens", where), name, where);
    for (const auto& id : json::require_array(entry, "ids", where).GetArray()) {
      if (!id.IsInt64()) throw ModelError(fmt::format("{}: ids of \"{}\" must be integers", where, name));
      ids.push_back(id.GetInt64());
    }
  }
  return ids;
}

}  // namespace tokenizer_json

namespace {

/// Adds what the config files say about added tokens to what tokenizer.json says.
void merge_config(const TokenizerConfig& config, BpePipeline& pipeline) {
  std::vector<AddedToken>& tokens = pipeline.added_tokens;
  const auto known = [&](const AddedToken& wanted) {
    return std::find_if(tokens.begin(), tokens.end(), [&](const auto& token) { return token.content == wanted.content; });
  };
  const auto is_named = [&](const AddedToken& token) {
    return std::any_of(config.special_tokens.begin(), config.special_tokens.end(), [&](const auto& s) { return s.content == token.content; });
  };
  for (AddedToken token : config.added_tokens) {
    token.is_special = token.is_special || is_named(token);
    const auto it = known(token);
    if (it == tokens.end()) {
      tokens.push_back(std::move(token));
    } else {
      token.id = it->id;
      *it = std::move(token);
    }
  }
  for (AddedToken special : config.special_tokens) {
    if (known(special) != tokens.end()) continue;
    // A name that stands for no token of the vocabulary is left alone: inventing an id would point past the embeddings.
    const auto id = pipeline.bpe->vocabulary().find(special.content);
    if (!id) continue;
    special.id = *id;
    tokens.push_back(std::move(special));
  }
}

void apply_add_bos_token(const TokenizerConfig& config, BpePipeline& pipeline) {
  if (!config.add_bos_token) return;
  pipeline.prefix_ids.clear();
  if (!*config.add_bos_token || !config.bos_token) return;
  for (const AddedToken& token : pipeline.added_tokens) {
    if (token.content == *config.bos_token) pipeline.prefix_ids = {token.id};
  }
}

}  // namespace

std::unique_ptr<Tokenizer> read_tokenizer_json(const std::filesystem::path& file, const TokenizerConfig& config) {
  const json::Document document = json::parse_file(file);
  const json::Value null;
  const auto where = [&](std::string_view section) { return fmt::format("{}: {}", file.string(), section); };
  const auto section = [&](std::string_view name) -> const json::Value& {
    const auto* value = json::find(document, name);
    return value == nullptr ? null : *value;
  };
  BpePipeline pipeline;
  try {
    pipeline.bpe = tokenizer_json::read_bpe(json::require(document, "model", file.string()), where("model"));
    if (section("added_tokens").IsArray()) {
      pipeline.added_tokens = tokenizer_json::read_added_tokens(section("added_tokens"), where("added_tokens"));
    }
    pipeline.normalizer = tokenizer_json::read_normalizer(section("normalizer"), where("normalizer"));
    pipeline.pre_tokenizer = tokenizer_json::read_pre_tokenizer(section("pre_tokenizer"), where("pre_tokenizer"));
    pipeline.decode_steps = tokenizer_json::read_decoder(section("decoder"), where("decoder"));
    pipeline.prefix_ids = tokenizer_json::read_prefix_ids(section("post_processor"), where("post_processor"));
  } catch (ModelError& error) {  // parts that know no file: the vocabulary, the merges, the patterns
    if (std::string_view(error.what()).find(file.string()) == std::string_view::npos) error.add_context(file.string());
    throw;
  }
  merge_config(config, pipeline);
  apply_add_bos_token(config, pipeline);
  pipeline.cleans_up_spaces = config.cleans_up_spaces;
  return std::make_unique<BpeTokenizer>(std::move(pipeline));
}

}  // namespace assay
