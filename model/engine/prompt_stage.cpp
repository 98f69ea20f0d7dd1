#include "model/engine/prompt_stage.h"

#include <ATen/ATen.h>
#include <fmt/format.h>

#include <deque>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "harness/base/digest.h"
#include "model/engine/active_reply.h"
#include "model/family_parts.h"

namespace assay {
namespace {

at::Tensor tensor_of(std::span<const std::int64_t> ids) { return at::tensor(at::ArrayRef(ids.data(), ids.size()), at::kLong); }

/// A prompt's tokens with the pictures' features in their places.
struct Embedded {
  at::Tensor rows;                 ///< [T, D]
  std::vector<RowRange> pictures;  ///< the rows that are features
};

Embedded embed(const Decoder& decoder, const Ready& ready) {
  Embedded embedded{decoder.embed(tensor_of(ready.prompt.token_ids)), {}};
  for (const auto& slot : ready.prompt.slots) {
    embedded.rows.narrow(0, slot.position, slot.count).copy_(ready.images[slot.image_index]->features.narrow(0, slot.first_feature, slot.count));
    embedded.pictures.push_back({slot.position, slot.count});
  }
  return embedded;
}

std::string prefix_key(const Ready& ready) {
  Digest digest;
  const auto count = static_cast<std::size_t>(ready.prefix_length());
  digest.add({reinterpret_cast<const char*>(ready.prompt.token_ids.data()), count * sizeof(std::int64_t)});
  for (const auto& slot : ready.prompt.slots)
    digest.add(fmt::format("|{} {} {} {}", slot.position, slot.count, slot.first_feature, ready.images[slot.image_index]->view.digest));
  return digest.add(ready.tiling).hex();
}

/// Of each option all but its last token, after the same prompt; all in few runs.  -> for each option [tokens - 1, V], undefined without any
std::vector<at::Tensor> logits_behind_options(const Decoder& decoder, const std::vector<std::vector<std::int64_t>>& options, KvCache& prompt) {
  constexpr std::int64_t kRows = 512;  // that run together at the most, but for one long option
  std::vector<at::Tensor> behind(options.size());
  for (std::size_t next = 0; next < options.size();) {
    std::vector<std::size_t> chosen;
    std::int64_t rows = 0;
    for (; next < options.size() && rows < kRows; ++next) {
      if (options[next].size() < 2) continue;
      chosen.push_back(next);
      rows += static_cast<std::int64_t>(options[next].size()) - 1;
    }
    if (chosen.empty()) break;
    std::deque<KvCache> forks;
    std::vector<Stretch> stretches;
    for (const auto i : chosen) stretches.push_back({decoder.embed(tensor_of(std::span(options[i]).first(options[i].size() - 1))), &forks.emplace_back(prompt.fork()), {}});
    const auto logits = decoder.extend(stretches, Decoder::Rows::kAll);
    std::int64_t first = 0;
    for (std::size_t k = 0; k < chosen.size(); ++k) {
      const auto count = stretches[k].embeddings.size(0);
      behind[chosen[k]] = logits.narrow(0, first, count);
      first += count;
    }
  }
  return behind;
}

}  // namespace

BegunPrompt PromptStage::begin(const Ready& ready) {
  const auto& decoder = family_.decoder();
  const std::span ids = ready.prompt.token_ids;
  decoder.check_ids(ids);
  const auto total = static_cast<std::int64_t>(ids.size()), prefix = ready.prefix_length();
  decoder.check_length(total);
  const bool can_part = prefix > 0 && prefix < total && decoder.can_part(prefix, total), may_hold = can_part && prefix_bytes_ > 0;
  const auto key = may_hold ? prefix_key(ready) : "";
  if (const auto held = may_hold ? prefixes_.find(key) : nullptr)
    return {decoder.embed(tensor_of(ids.subspan(static_cast<std::size_t>(prefix)))), {}, held->fork(), prefix};
  auto [rows, pictures] = embed(decoder, ready);
  const bool is_held = may_hold && ready.is_prefix_shared;
  if (!is_held && !(can_part && decoder.is_shape_bound())) return {std::move(rows), std::move(pictures), decoder.new_cache(), 0};
  auto cache = decoder.new_cache();
  (void)decoder.extend(rows.narrow(0, 0, prefix), cache, Decoder::Rows::kNone, std::move(pictures));
  if (is_held) prefixes_.insert(key, cache.fork());
  return {rows.narrow(0, prefix, total - prefix), {}, std::move(cache), 0};
}

void rank_options(const Family& family, const Request& request, const at::Tensor& logits, KvCache& cache, Generation& generation) {
  const auto begin = std::chrono::steady_clock::now();
  const auto& decoder = family.decoder();
  std::vector<std::vector<std::int64_t>> options;
  for (const auto& option : request.options) decoder.check_ids(options.emplace_back(family.tokenizer().encode(option)));
  const auto behind = logits_behind_options(decoder, options, cache);
  for (std::size_t i = 0; i < options.size(); ++i) {
    const auto& ids = options[i];
    double sum = ids.empty() ? 0 : log_probability(row_of(logits, 0), ids.front());
    for (std::size_t t = 1; t < ids.size(); ++t) sum += log_probability(row_of(behind[i], static_cast<std::int64_t>(t) - 1), ids[t]);
    generation.option_log_probabilities.push_back(sum);
    generation.option_token_counts.push_back(static_cast<std::int64_t>(ids.size()));
  }
  generation.times.decode_ms += ms_since(begin);
}

}  // namespace assay
