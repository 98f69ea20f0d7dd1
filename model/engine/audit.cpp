#include "model/engine/audit.h"

#include <ATen/ATen.h>
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <utility>

#include "harness/base/digest.h"
#include "harness/base/error.h"
#include "model/engine/active_reply.h"
#include "model/engine/prompt_stage.h"

namespace assay {
namespace {

constexpr const char* kWayOut =
    "what ran beside it, or what was reused, has changed it. Such a run cannot be trusted to the last digit: start it in a new folder with --batch 1 "
    "--prefix-cache 0 and without --feature-cache, and tell us of it";

[[noreturn]] void fail(const std::string& id, const std::string& what) {
  throw ModelError(fmt::format("the audit ran sample \"{}\" again by itself and found {}; {}", id, what, kWayOut));
}

/// Bit by bit, so that a NaN is like itself and 0 is not like -0.
template <typename T>
std::size_t first_difference(const std::vector<T>& a, const std::vector<T>& b) {
  const auto count = std::min(a.size(), b.size());
  for (std::size_t i = 0; i < count; ++i) {
    if (std::memcmp(&a[i], &b[i], sizeof(T)) != 0) return i;
  }
  return count;
}

template <typename T>
bool is_alike(const std::vector<T>& a, const std::vector<T>& b) {
  return a.size() == b.size() && first_difference(a, b) == a.size();
}

double largest_difference(const std::vector<float>& a, const std::vector<float>& b) {
  double largest = 0;
  for (std::size_t i = 0; i < std::min(a.size(), b.size()); ++i) largest = std::max(largest, std::abs(static_cast<double>(a[i]) - static_cast<double>(b[i])));
  return largest;
}

/// The reply to the prompt in `cache`, whose last row is `logits`.
std::vector<std::int64_t> write_reply(const Family& family, const Request& request, const at::Tensor& logits, KvCache cache) {
  ActiveReply active(family, request, std::move(cache), {});
  active.extend(logits, 0);
  while (!active.reply.is_finished() && family.decoder().has_room(active.caches.front())) {
    std::vector<KvCache*> caches;
    for (auto& one : active.caches) caches.push_back(&one);
    active.extend(family.decoder().step(at::tensor(active.last_tokens(), at::kLong), caches), 0);
  }
  return active.reply.token_ids();
}

}  // namespace

Result<Alone> run_alone(const Family& family, const VlmOptions& options, const Request& request) {
  auto plain = options;
  plain.feature_folder.clear();
  PictureStage pictures(family, plain);
  PromptStage prompts(family, /*prefix_bytes=*/0);
  ImagePool pool(1);
  const auto ready = pictures.make_ready(pictures.admit(request, pool));
  if (!ready) return ready.error();
  auto prompt = prompts.begin(*ready);
  const auto end = prompt.end();
  const auto logits = family.decoder().extend({&end, 1}, Decoder::Rows::kLast);
  Generation ranked;
  rank_options(family, request, logits, prompt.cache, ranked);
  const auto row = row_of(logits, 0);
  Alone alone{{row.begin(), row.end()}, std::move(ranked.option_log_probabilities), {}};
  if (request.options.empty() || request.writes_too) alone.token_ids = write_reply(family, request, logits, std::move(prompt.cache));
  return alone;
}

bool is_audited(const std::string& id, std::uint64_t seed, double share) {
  constexpr double kValues = 0x1p32;  // of the digest's first eight digits
  const auto digest = digest_of(fmt::format("audit {} {}", seed, id));
  return static_cast<double>(std::stoul(digest.substr(0, 8), nullptr, 16)) < share * kValues;
}

void check_audit(const std::string& id, const Alone& found, const Alone& expected) {
  if (!is_alike(found.logits, expected.logits))
    fail(id, fmt::format("other logits after the prompt, by up to {:.3g}", largest_difference(found.logits, expected.logits)));
  if (!is_alike(found.option_log_probabilities, expected.option_log_probabilities))
    fail(id, fmt::format("another likelihood of option {}", first_difference(found.option_log_probabilities, expected.option_log_probabilities) + 1));
  if (!is_alike(found.token_ids, expected.token_ids))
    fail(id, fmt::format("another reply from token {} on", first_difference(found.token_ids, expected.token_ids) + 1));
}

}  // namespace assay
