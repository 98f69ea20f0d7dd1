#include "model/tokenizer/stream_filters.h"

#include <algorithm>

#include "harness/base/utf8.h"

namespace assay {

void StreamReplace::push(std::string_view part, std::string& out) {
  held_ += part;
  std::size_t done = 0;
  for (auto at = held_.find(from_); at != std::string::npos; at = held_.find(from_, done)) {
    out.append(held_, done, at - done);
    out += to_;
    done = at + from_.size();
  }
  std::size_t tail = std::min(held_.size() - done, from_.size() - 1);
  while (tail > 0 && !from_.starts_with(std::string_view(held_).substr(held_.size() - tail))) --tail;
  out.append(held_, done, held_.size() - tail - done);
  held_.erase(0, held_.size() - tail);
}

SpaceCleanUp::SpaceCleanUp() {
  constexpr std::pair<std::string_view, std::string_view> kRules[] = {{" .", "."},     {" ?", "?"},   {" !", "!"},   {" ,", ","},
                                                                      {" ' ", "'"},    {" n't", "n't"}, {" 'm", "'m"}, {" 's", "'s"},
                                                                      {" 've", "'ve"}, {" 're", "'re"}};
  for (const auto& [from, to] : kRules) steps_.emplace_back(std::string(from), std::string(to));
}

void SpaceCleanUp::push(std::string_view part, std::string& out) {
  std::string text(part);
  for (auto& step : steps_) {
    std::string next;
    step.push(text, next);
    text = std::move(next);
  }
  out += text;
}

void SpaceCleanUp::finish(std::string& out) {
  std::string text;
  for (auto& step : steps_) {
    std::string next;
    step.push(text, next);
    step.finish(next);
    text = std::move(next);
  }
  out += text;
}

void Utf8Letters::push(std::string_view bytes, std::string& out) {
  held_ += bytes;
  const std::size_t tail = incomplete_utf8_tail(held_);
  out += replace_invalid_utf8(std::string_view(held_).substr(0, held_.size() - tail));
  held_.erase(0, held_.size() - tail);
}

void Utf8Letters::finish(std::string& out) {
  out += replace_invalid_utf8(held_);
  held_.clear();
}

}  // namespace assay
