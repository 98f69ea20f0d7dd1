#include "model/tokenizer/vocab_and_merges.h"

#include "harness/base/error.h"
#include "harness/base/file.h"
#include "harness/base/json.h"
#include "model/tokenizer/bpe_tokenizer.h"

namespace assay {
namespace {

Vocabulary read_vocab_json(const std::filesystem::path& path) {
  const json::Document document = json::parse_file(path);
  if (!document.IsObject()) throw ModelError("expected an object of token and id");
  Vocabulary vocabulary(document.MemberCount());
  for (const auto& entry : document.GetObject()) {
    if (!entry.value.IsInt64()) throw ModelError(fmt::format("the id of \"{}\" must be an integer", json::text_of(entry.name)));
    vocabulary.add(json::text_of(entry.name), entry.value.GetInt64());
  }
  return vocabulary;
}

/// One merge a line, the best first. "#version" may head the file; elsewhere "#" is a token like any other.
std::vector<Bpe::Merge> read_merges_txt(const std::filesystem::path& path) {
  const std::string content = read_file(path);
  std::vector<Bpe::Merge> merges;
  std::size_t number = 0;
  for (std::size_t begin = 0, end; begin < content.size(); begin = end + 1) {
    end = std::min(content.find('\n', begin), content.size());
    std::string_view line = std::string_view(content).substr(begin, end - begin);
    if (line.ends_with('\r')) line.remove_suffix(1);
    ++number;
    if (line.empty() || line.starts_with("#version")) continue;
    const auto space = line.find(' ');
    if (space == std::string_view::npos || space == 0 || space + 1 == line.size() || line.find(' ', space + 1) != std::string_view::npos) {
      throw ModelError(fmt::format("line {}: a merge must be two tokens, got \"{}\"", number, line));
    }
    merges.emplace_back(line.substr(0, space), line.substr(space + 1));
  }
  return merges;
}

template <typename Read>
auto with_file(const std::filesystem::path& path, const Read& read) {
  try {
    return read(path);
  } catch (ModelError& error) {
    error.add_context(path.string());
    throw;
  }
}

}  // namespace

std::unique_ptr<Tokenizer> read_vocab_and_merges(const std::filesystem::path& folder, const TokenizerConfig& config, ByteBpeKind kind) {
  Vocabulary vocabulary = with_file(folder / "vocab.json", read_vocab_json);
  const auto merges = with_file(folder / "merges.txt", read_merges_txt);
  BpePipeline pipeline;
  pipeline.rules = AddedTokenRules::kTransformers;
  const std::int64_t count = vocabulary.count();
  pipeline.added_tokens = resolve_added_tokens(config, count, [&](std::string_view token) -> std::optional<std::int64_t> {
    return vocabulary.find(token);
  });
  BpeOptions options;
  if (config.unk_token && vocabulary.find(*config.unk_token)) options.unk_token = config.unk_token;
  pipeline.bpe = with_file(folder / "merges.txt", [&](const auto&) {
    return std::make_unique<const Bpe>(std::move(vocabulary), merges, std::move(options));
  });
  if (kind == ByteBpeKind::kQwen2) {
    pipeline.normalizer.add(unicode_form(NormalForm::kNfc));
    pipeline.pre_tokenizer.add(split(UnicodeRegex(kQwen2Pattern), SplitBehavior::kIsolated, false));
    pipeline.pre_tokenizer.add(byte_level(false, false));
  } else {
    pipeline.pre_tokenizer.add(byte_level(config.add_prefix_space.value_or(false), true));
  }
  pipeline.decode_steps.push_back(decode_byte_level());
  if (config.add_bos_token.value_or(false) && config.bos_token) {
    for (const AddedToken& token : pipeline.added_tokens) {
      if (token.content == *config.bos_token) pipeline.prefix_ids = {token.id};
    }
  }
  pipeline.cleans_up_spaces = config.cleans_up_spaces;
  return std::make_unique<BpeTokenizer>(std::move(pipeline));
}

}  // namespace assay
