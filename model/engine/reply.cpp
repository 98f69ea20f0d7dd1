#include "model/engine/reply.h"

#include <algorithm>
#include <utility>

#include "harness/base/utf8.h"

namespace assay {

Reply::Reply(const Family& family, const Decoding& decoding) : family_(&family), decoding_(decoding), sampler_(decoding) {
  if (decoding_.max_new_tokens < 1) finish_ = Finish::kLength;
}

bool Reply::is_end(std::int64_t token) const {
  const auto ends = family_->end_ids();
  return std::find(ends.begin(), ends.end(), token) != ends.end();
}

void Reply::extend(std::span<const float> logits) {
  const bool is_too_short = static_cast<int>(token_ids_.size()) < decoding_.min_new_tokens;
  token_ids_.push_back(sampler_.choose(logits, is_too_short ? family_->end_ids() : std::span<const std::int64_t>{}, token_ids_));
  if (is_end(last_token())) {
    finish_ = Finish::kStop;
  } else if (!decoding_.stop.empty() && stop_position(decoded()) != std::string::npos) {
    finish_ = Finish::kStop;
  } else if (static_cast<int>(token_ids_.size()) >= decoding_.max_new_tokens) {
    finish_ = Finish::kLength;
  }
}

void Reply::take(std::vector<std::int64_t> token_ids, Finish finish) {
  token_ids_ = std::move(token_ids);
  finish_ = finish;
}

std::string Reply::decoded() const {
  std::span<const std::int64_t> ids(token_ids_);
  if (!ids.empty() && is_end(ids.back())) ids = ids.first(ids.size() - 1);
  return family_->tokenizer().decode(ids, /*skip_special=*/true);
}

std::size_t Reply::stop_position(std::string_view text) const {
  auto first = std::string_view::npos;
  for (const auto& stop : decoding_.stop) {
    if (!stop.empty()) first = std::min(first, text.find(stop));
  }
  return first;
}

std::string Reply::text() const {
  auto text = decoded();
  if (!family_->end_text().empty()) text = text.substr(0, text.find(family_->end_text()));
  text = text.substr(0, stop_position(text));
  return std::string(strip_white_space(family_->reply_in(text)));
}

}  // namespace assay
