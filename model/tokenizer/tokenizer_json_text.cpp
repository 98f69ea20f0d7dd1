// Normalizers, pre-tokenizers and decoders of a tokenizer.json.
#include <algorithm>
#include <array>

#include "harness/base/error.h"
#include "model/tokenizer/tokenizer_json_parts.h"

namespace assay::tokenizer_json {
namespace {

[[noreturn]] void refuse_type(std::string_view where, std::string_view type, std::string_view supported) {
  throw ModelError(fmt::format("{}: type \"{}\" is not supported; supported: {}", where, type, supported));
}

/// Calls `visit` for the section itself, or for each part of a Sequence, at any depth.
template <typename Visit>
void for_each_step(const json::Value& section, std::string_view list_key, std::string_view where, const Visit& visit) {
  if (section.IsNull()) return;
  if (json::require_string(section, "type", where) != "Sequence") return visit(section);
  for (const auto& step : json::require_array(section, list_key, where).GetArray()) for_each_step(step, list_key, where, visit);
}

SplitBehavior read_behavior(const json::Value& step, std::string_view where) {
  const std::string name = json::require_string(step, "behavior", where);
  constexpr std::pair<std::string_view, SplitBehavior> kBehaviors[] = {{"Removed", SplitBehavior::kRemoved},
                                                                       {"Isolated", SplitBehavior::kIsolated},
                                                                       {"MergedWithPrevious", SplitBehavior::kMergedWithPrevious},
                                                                       {"MergedWithNext", SplitBehavior::kMergedWithNext},
                                                                       {"Contiguous", SplitBehavior::kContiguous}};
  for (const auto& [known, behavior] : kBehaviors) {
    if (name == known) return behavior;
  }
  throw ModelError(fmt::format("{}: unknown \"behavior\" \"{}\"", where, name));
}

PrependScheme read_prepend_scheme(const json::Value& step, std::string_view where) {
  const std::string name = json::string_or(step, "prepend_scheme", json::bool_or(step, "add_prefix_space", true) ? "always" : "never");
  if (name == "always") return PrependScheme::kAlways;
  if (name == "first") return PrependScheme::kFirst;
  if (name == "never") return PrependScheme::kNever;
  throw ModelError(fmt::format("{}: unknown \"prepend_scheme\" \"{}\"", where, name));
}

NormalizerStep read_normalizer_step(const json::Value& step, std::string_view where) {
  const std::string type = json::require_string(step, "type", where);
  if (type == "NFC") return unicode_form(NormalForm::kNfc);
  if (type == "NFD") return unicode_form(NormalForm::kNfd);
  if (type == "NFKC") return unicode_form(NormalForm::kNfkc);
  if (type == "NFKD") return unicode_form(NormalForm::kNfkd);
  if (type == "Lowercase") return lowercase();
  if (type == "StripAccents") return strip_accents();
  if (type == "Strip") return strip(json::bool_or(step, "strip_left", true), json::bool_or(step, "strip_right", true));
  if (type == "Prepend") return prepend(json::require_string(step, "prepend", where));
  if (type == "Replace") return replace(read_pattern(step, where), json::require_string(step, "content", where));
  if (type == "ByteLevel") return bytes_to_letters();
  refuse_type(where, type, "NFC, NFD, NFKC, NFKD, Lowercase, StripAccents, Strip, Prepend, Replace, ByteLevel, Sequence");
}

PreTokenizerStep read_pre_tokenizer_step(const json::Value& step, std::string_view where) {
  const std::string type = json::require_string(step, "type", where);
  if (type == "Split") return split(read_pattern(step, where), read_behavior(step, where), json::bool_or(step, "invert", false));
  if (type == "ByteLevel") return byte_level(json::bool_or(step, "add_prefix_space", true), json::bool_or(step, "use_regex", true));
  if (type == "Digits") {
    const bool is_individual = json::bool_or(step, "individual_digits", false);
    return split(UnicodeRegex(R"(\p{N})"), is_individual ? SplitBehavior::kIsolated : SplitBehavior::kContiguous, false);
  }
  if (type == "Metaspace") {
    return metaspace(json::string_or(step, "replacement", "▁"), read_prepend_scheme(step, where), json::bool_or(step, "split", true));
  }
  if (type == "Whitespace") return split(UnicodeRegex(R"(\w+|[^\w\s]+)"), SplitBehavior::kRemoved, true);
  if (type == "WhitespaceSplit") return split(UnicodeRegex(R"(\s)"), SplitBehavior::kRemoved, false);
  if (type == "Punctuation") return split(UnicodeRegex(R"([\p{P}!-/:-@\[-`{-~])"), read_behavior(step, where), false);
  refuse_type(where, type, "Split, ByteLevel, Digits, Metaspace, Whitespace, WhitespaceSplit, Punctuation, Sequence");
}

/// Lengths in letters come from a file: one that no letter count can reach is as good as any larger.
std::size_t read_count(const json::Value& step, std::string_view key, std::string_view where) {
  const std::int64_t count = json::require_int(step, key, where);
  if (count < 0) throw ModelError(fmt::format("{}: \"{}\" must not be negative, got {}", where, key, count));
  return static_cast<std::size_t>(count);
}

std::string read_letter(const json::Value& step, std::string_view where) {
  std::string letter = json::require_string(step, "content", where);
  if (letter.empty()) throw ModelError(fmt::format("{}: \"content\" must be one letter, got none", where));
  return letter;
}

MakeDecodeStep read_decode_step(const json::Value& step, std::string_view where) {
  const std::string type = json::require_string(step, "type", where);
  if (type == "ByteLevel") return decode_byte_level();
  if (type == "ByteFallback") return decode_byte_fallback();
  if (type == "Fuse") return decode_fuse();
  if (type == "Replace") return decode_replace(read_pattern(step, where), json::require_string(step, "content", where));
  if (type == "Strip") return decode_strip(read_letter(step, where), read_count(step, "start", where), read_count(step, "stop", where));
  if (type == "Metaspace") {
    return decode_metaspace(json::string_or(step, "replacement", "▁"), read_prepend_scheme(step, where) != PrependScheme::kNever);
  }
  refuse_type(where, type, "ByteLevel, ByteFallback, Fuse, Replace, Strip, Metaspace, Sequence");
}

}  // namespace

TextPattern read_pattern(const json::Value& step, std::string_view where) {
  const json::Value& pattern = json::require(step, "pattern", where);
  if (pattern.IsString()) return std::string(json::text_of(pattern));
  if (json::find(pattern, "String") != nullptr) return json::require_string(pattern, "String", where);
  return UnicodeRegex(json::require_string(pattern, "Regex", where));
}

Normalizer read_normalizer(const json::Value& section, std::string_view where) {
  Normalizer normalizer;
  for_each_step(section, "normalizers", where, [&](const auto& step) { normalizer.add(read_normalizer_step(step, where)); });
  return normalizer;
}

PreTokenizer read_pre_tokenizer(const json::Value& section, std::string_view where) {
  PreTokenizer pre_tokenizer;
  for_each_step(section, "pretokenizers", where, [&](const auto& step) { pre_tokenizer.add(read_pre_tokenizer_step(step, where)); });
  return pre_tokenizer;
}

std::vector<MakeDecodeStep> read_decoder(const json::Value& section, std::string_view where) {
  std::vector<const json::Value*> steps;
  for_each_step(section, "decoders", where, [&](const json::Value& step) { steps.push_back(&step); });
  std::vector<MakeDecodeStep> makers;
  for (std::size_t i = 0; i < steps.size(); ++i) {
    const auto is = [&](std::size_t k, std::string_view type) { return k < steps.size() && json::string_or(*steps[k], "type", "") == type; };
    // To fuse is to wait for the end. At the end of the chain, or with only the front stripped after it, nothing has to wait.
    if (is(i, "Fuse") && i + 1 == steps.size() && i > 0) break;
    if (is(i, "Fuse") && i + 2 == steps.size() && is(i + 1, "Strip") && read_count(*steps[i + 1], "stop", where) == 0) {
      makers.push_back(decode_strip_start_of_all(read_letter(*steps[i + 1], where), read_count(*steps[i + 1], "start", where)));
      break;
    }
    makers.push_back(read_decode_step(*steps[i], where));
  }
  return makers;
}

}  // namespace assay::tokenizer_json
