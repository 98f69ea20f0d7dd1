#include "model/tokenizer/tokenizer_config.h"

#include <algorithm>
#include <array>
#include <charconv>

#include "harness/base/error.h"
#include "harness/base/json.h"
#include "model/tokenizer/vocabulary.h"

namespace assay {
namespace {

constexpr std::array<std::string_view, 7> kNames = {"bos_token", "eos_token", "unk_token", "sep_token",
                                                    "pad_token", "cls_token", "mask_token"};
constexpr std::array<std::string_view, 2> kListNames = {"additional_special_tokens", "extra_special_tokens"};

/// The special tokens by name, before they are put in order.
struct SpecialTokens {
  std::array<std::optional<AddedToken>, kNames.size()> named;
  std::vector<AddedToken> additional;
};

AddedToken read_flags(const json::Value& value, std::string_view where) {
  AddedToken token;
  token.content = json::require_string(value, "content", where);
  token.lstrip = json::bool_or(value, "lstrip", false);
  token.rstrip = json::bool_or(value, "rstrip", false);
  token.single_word = json::bool_or(value, "single_word", false);
  token.is_special = json::bool_or(value, "special", false);
  token.normalized = json::bool_or(value, "normalized", !token.is_special);
  return token;
}

/// A special token is written as a string or as an object with its flags.
std::optional<AddedToken> read_special(const json::Value& value, std::string_view where) {
  AddedToken token;
  if (value.IsString()) token.content = json::text_of(value);
  else if (value.IsObject()) token = read_flags(value, where);
  if (token.content.empty()) return std::nullopt;
  token.is_special = true;
  return token;
}

void read_additional(const json::Value& list, std::string_view where, std::vector<AddedToken>& out) {
  const auto add = [&](const json::Value& value) {
    const auto token = read_special(value, where);
    const auto is_same = [&](const AddedToken& other) { return other.content == token->content; };
    if (token && std::none_of(out.begin(), out.end(), is_same)) out.push_back(*token);
  };
  if (list.IsArray()) {
    for (const auto& value : list.GetArray()) add(value);
  } else if (list.IsObject()) {
    for (const auto& member : list.GetObject()) add(member.value);
  }
}

void read_specials(const json::Value& object, std::string_view where, SpecialTokens& tokens) {
  for (std::size_t i = 0; i < kNames.size(); ++i) {
    if (const auto* value = json::find(object, kNames[i])) tokens.named[i] = read_special(*value, where);
  }
  for (const auto name : kListNames) {
    if (const auto* list = json::find(object, name)) read_additional(*list, where, tokens.additional);
  }
}

/// What transformers' classes assume when the config does not say.
void assume_class_defaults(std::string_view tokenizer_class, SpecialTokens& tokens) {
  const auto assume = [&](std::string_view name, std::string_view content) {
    const auto place = static_cast<std::size_t>(std::find(kNames.begin(), kNames.end(), name) - kNames.begin());
    tokens.named[place] = AddedToken{.content = std::string(content), .is_special = true};
  };
  if (tokenizer_class.starts_with("Qwen2")) {
    for (const auto name : {"eos_token", "unk_token", "pad_token"}) assume(name, "<|endoftext|>");
  } else if (tokenizer_class.starts_with("GPT2")) {
    for (const auto name : {"bos_token", "eos_token", "unk_token"}) assume(name, "<|endoftext|>");
  } else if (tokenizer_class.starts_with("Llama") || tokenizer_class.starts_with("InternLM")) {
    assume("bos_token", "<s>");
    assume("eos_token", "</s>");
    assume("unk_token", "<unk>");
    if (tokenizer_class.starts_with("InternLM")) assume("pad_token", "</s>");
  }
}

std::int64_t parse_id(std::string_view digits, std::string_view where) {
  std::int64_t id = -1;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), id);
  if (error != std::errc() || end != digits.data() + digits.size() || id < 0 || id > Vocabulary::kLargestId) {
    throw ModelError(fmt::format("{}: token id \"{}\" must be an integer in [0, {}]", where, digits, Vocabulary::kLargestId));
  }
  return id;
}

std::vector<AddedToken> read_added_tokens_decoder(const json::Value& decoder, std::string_view where) {
  if (!decoder.IsObject()) throw ModelError(fmt::format("{}: \"added_tokens_decoder\" must be an object", where));
  std::vector<AddedToken> tokens;
  for (const auto& member : decoder.GetObject()) {
    tokens.push_back(read_flags(member.value, fmt::format("{}: added_tokens_decoder[\"{}\"]", where, json::text_of(member.name))));
    tokens.back().id = parse_id(json::text_of(member.name), where);
  }
  return tokens;
}

std::vector<AddedToken> read_added_tokens_file(const std::filesystem::path& path) {
  const json::Document document = json::parse_file(path);
  if (!document.IsObject()) throw ModelError(fmt::format("{}: expected an object of token and id", path.string()));
  std::vector<AddedToken> tokens;
  for (const auto& member : document.GetObject()) {
    const std::string content(json::text_of(member.name));
    if (!member.value.IsInt64()) throw ModelError(fmt::format("{}: the id of \"{}\" must be an integer", path.string(), content));
    tokens.push_back({.id = parse_id(std::to_string(member.value.GetInt64()), path.string()), .content = content, .normalized = true});
  }
  return tokens;
}

std::string class_name(const json::Value& config, std::string_view if_untold) {
  std::string name = json::string_or(config, "tokenizer_class", if_untold);
  if (name.ends_with("Fast")) name.resize(name.size() - 4);
  return name;
}

std::optional<bool> maybe_bool(const json::Value& object, std::string_view key) {
  const auto* value = json::find(object, key);
  return value != nullptr && value->IsBool() ? std::optional(value->GetBool()) : std::nullopt;
}

std::optional<std::string> content_of(const std::optional<AddedToken>& token) {
  return token ? std::optional(token->content) : std::nullopt;
}

}  // namespace

TokenizerConfig read_tokenizer_config(const std::filesystem::path& folder, std::string_view class_if_untold) {
  TokenizerConfig config;
  SpecialTokens specials;
  const auto config_path = folder / "tokenizer_config.json";
  json::Document document(rapidjson::kObjectType);
  if (std::filesystem::exists(config_path)) document = json::parse_file(config_path);
  config.tokenizer_class = class_name(document, class_if_untold);
  config.add_bos_token = maybe_bool(document, "add_bos_token");
  config.add_prefix_space = maybe_bool(document, "add_prefix_space");
  config.is_legacy = json::bool_or(document, "legacy", true);
  config.cleans_up_spaces = json::bool_or(document, "clean_up_tokenization_spaces", false);
  assume_class_defaults(config.tokenizer_class, specials);
  read_specials(document, config_path.string(), specials);

  if (const auto* decoder = json::find(document, "added_tokens_decoder")) {
    config.added_tokens = read_added_tokens_decoder(*decoder, config_path.string());
  } else {
    const auto map_path = folder / "special_tokens_map.json", added_path = folder / "added_tokens.json";
    if (std::filesystem::exists(map_path)) read_specials(json::parse_file(map_path), map_path.string(), specials);
    if (std::filesystem::exists(added_path)) config.added_tokens = read_added_tokens_file(added_path);
  }
  std::sort(config.added_tokens.begin(), config.added_tokens.end(), [](const auto& a, const auto& b) { return a.id < b.id; });

  for (const auto& token : specials.named) {
    if (token) config.special_tokens.push_back(*token);
  }
  config.special_tokens.insert(config.special_tokens.end(), specials.additional.begin(), specials.additional.end());
  for (const auto& token : specials.additional) config.additional_special_tokens.push_back(token.content);
  config.bos_token = content_of(specials.named[0]);
  config.unk_token = content_of(specials.named[2]);
  return config;
}

std::vector<AddedToken> resolve_added_tokens(const TokenizerConfig& config, std::int64_t vocabulary_count,
                                             const std::function<std::optional<std::int64_t>(std::string_view)>& find) {
  std::vector<AddedToken> tokens = config.added_tokens;
  std::int64_t next_id = vocabulary_count;
  for (AddedToken& token : tokens) {
    token.is_special = false;
    if (token.id >= vocabulary_count) ++next_id;
  }
  for (const AddedToken& special : config.special_tokens) {
    const auto known = std::find_if(tokens.begin(), tokens.end(), [&](const auto& token) { return token.content == special.content; });
    if (known != tokens.end()) {
      known->is_special = true;
      continue;
    }
    const auto id = find(special.content);
    tokens.push_back(special);
    tokens.back().id = id ? *id : next_id++;
  }
  return tokens;
}

}  // namespace assay
