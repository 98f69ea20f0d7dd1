#include "model/engine/active_reply.h"

#include <ATen/ATen.h>

#include <algorithm>
#include <utility>

namespace assay {

std::span<const float> row_of(const at::Tensor& logits, std::int64_t row) {
  const auto V = static_cast<std::size_t>(logits.size(1));
  return {logits.data_ptr<float>() + row * logits.size(1), V};
}

ActiveReply::ActiveReply(const Family& family, const Request& request, KvCache cache, Generation begun)
    : id(request.id), reply(family, request.decoding), generation(std::move(begun)) {
  caches.push_back(std::move(cache));
  if (request.decoding.beams > 1) search.emplace(request.decoding, family.beam_end_ids());
}

std::vector<std::int64_t> ActiveReply::last_tokens() const { return search ? search->last_tokens() : std::vector<std::int64_t>{reply.last_token()}; }

void ActiveReply::extend(const at::Tensor& logits, std::int64_t first_row) {
  if (reply.is_finished()) return;
  if (!search) return reply.extend(row_of(logits, first_row));
  std::vector<std::span<const float>> rows;
  for (std::size_t i = 0; i < caches.size(); ++i) rows.push_back(row_of(logits, first_row + static_cast<std::int64_t>(i)));
  const auto parents = search->extend(rows);
  if (search->is_finished()) reply.take(search->best(), search->finish());
  else follow(parents);
}

/// A cache for each beam: a fork of the one that it goes on from, but for the last of those, which takes it over.
void ActiveReply::follow(std::span<const std::size_t> parents) {
  std::vector<KvCache> next;
  for (std::size_t i = 0; i < parents.size(); ++i) {
    const auto rest = parents.subspan(i + 1);
    const bool is_last = std::find(rest.begin(), rest.end(), parents[i]) == rest.end();
    next.push_back(is_last ? std::move(caches[parents[i]]) : caches[parents[i]].fork());
  }
  caches = std::move(next);
}

}  // namespace assay
