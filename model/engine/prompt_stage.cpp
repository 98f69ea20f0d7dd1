#include "model/engine/prompt_stage.h"

#include <ATen/ATen.h>
#include <fmt/format.h>

#include <span>
#include <string>
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

}  // namespace

at::Tensor PromptStage::prefill(const Ready& ready, KvCache& cache, std::int64_t& reused) {
  const auto& decoder = family_.decoder();
  const std::span ids = ready.prompt.token_ids;
  decoder.check_ids(ids);
  const auto total = static_cast<std::int64_t>(ids.size()), prefix = ready.prefix_length();
  const bool may_part = prefix_bytes_ > 0 && prefix > 0 && prefix < total && decoder.can_part(prefix, total);
  const auto key = may_part ? prefix_key(ready) : "";
  if (const auto held = may_part ? prefixes_.find(key) : nullptr) {
    cache = held->fork();
    reused = prefix;
    return decoder.extend(decoder.embed(tensor_of(ids.subspan(static_cast<std::size_t>(prefix)))), cache, Decoder::Rows::kLast);
  }
  const auto [rows, pictures] = embed(decoder, ready);
  if (!may_part || !ready.is_prefix_shared) return decoder.extend(rows, cache, Decoder::Rows::kLast, pictures);
  (void)decoder.extend(rows.narrow(0, 0, prefix), cache, Decoder::Rows::kLast, pictures);
  prefixes_.insert(key, cache.fork());
  return decoder.extend(rows.narrow(0, prefix, total - prefix), cache, Decoder::Rows::kLast);
}

void rank_options(const Family& family, const Request& request, const at::Tensor& logits, KvCache& cache, Generation& generation) {
  const auto begin = std::chrono::steady_clock::now();
  for (const auto& option : request.options) {
    const auto ids = family.tokenizer().encode(option);
    family.decoder().check_ids(ids);
    double sum = ids.empty() ? 0 : log_probability(row_of(logits, 0), ids.front());
    if (ids.size() > 1) {
      auto fork = cache.fork();
      const auto given = std::span(ids).first(ids.size() - 1);
      const auto rows = family.decoder().extend(family.decoder().embed(tensor_of(given)), fork, Decoder::Rows::kAll);
      for (std::size_t i = 1; i < ids.size(); ++i) sum += log_probability(row_of(rows, static_cast<std::int64_t>(i) - 1), ids[i]);
    }
    generation.option_log_probabilities.push_back(sum);
    generation.option_token_counts.push_back(static_cast<std::int64_t>(ids.size()));
  }
  generation.times.decode_ms += ms_since(begin);
}

}  // namespace assay
