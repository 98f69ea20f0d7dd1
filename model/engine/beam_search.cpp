#include "model/engine/beam_search.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

#include "model/engine/sampler.h"

namespace assay {
namespace {

/// log_softmax.  Shapes  [V] -> [V]
std::vector<float> log_probabilities(std::span<const float> logits) {
  const double shift = log_sum_exp(logits);
  std::vector<float> result(logits.size());
  std::transform(logits.begin(), logits.end(), result.begin(), [shift](float logit) { return static_cast<float>(static_cast<double>(logit) - shift); });
  return result;
}

}  // namespace

BeamSearch::BeamSearch(const Decoding& decoding, std::span<const std::int64_t> end_ids)
    : decoding_(decoding), end_ids_(end_ids.begin(), end_ids.end()), beams_(1), is_finished_(decoding.max_new_tokens < 1) {
  if (is_finished_) kept_.push_back({0, {}, false});
}

bool BeamSearch::is_end(std::int64_t token) const { return std::find(end_ids_.begin(), end_ids_.end(), token) != end_ids_.end(); }

double BeamSearch::value_of(double sum, std::size_t length) const { return sum / std::pow(static_cast<double>(length), decoding_.length_penalty); }

std::vector<BeamSearch::Candidate> BeamSearch::best_candidates(std::span<const std::span<const float>> logits) const {
  std::vector<Candidate> all;
  for (std::size_t b = 0; b < beams_.size(); ++b) {
    auto scores = log_probabilities(logits[b]);
    penalize_repetition(scores, beams_[b].ids, decoding_.repetition_penalty);
    if (static_cast<int>(beams_[b].ids.size()) < decoding_.min_new_tokens)
      for (const auto id : end_ids_) scores[static_cast<std::size_t>(id)] = -std::numeric_limits<float>::infinity();
    for (std::size_t token = 0; token < scores.size(); ++token) all.push_back({scores[token] + beams_[b].sum, b, static_cast<std::int64_t>(token)});
  }
  // Enough for one that goes on in every beam, whatever number of them ends.
  const auto count = std::min(all.size(), static_cast<std::size_t>(decoding_.beams) * std::max<std::size_t>(2, 1 + end_ids_.size()));
  const auto is_better = [](const Candidate& a, const Candidate& b) {
    return a.sum != b.sum ? a.sum > b.sum : a.beam != b.beam ? a.beam < b.beam : a.token < b.token;
  };
  std::partial_sort(all.begin(), all.begin() + static_cast<std::ptrdiff_t>(count), all.end(), is_better);
  all.resize(count);
  return all;
}

std::vector<std::size_t> BeamSearch::extend(std::span<const std::span<const float>> logits) {
  const auto width = static_cast<std::size_t>(decoding_.beams);
  const auto length = beams_.front().ids.size() + 1;
  const auto candidates = best_candidates(logits);
  std::vector<Beam> next;
  std::vector<std::size_t> parents;
  for (std::size_t rank = 0; rank < candidates.size() && next.size() < width; ++rank) {
    const auto& [sum, beam, token] = candidates[rank];
    auto ids = beams_[beam].ids;
    ids.push_back(token);
    if (!is_end(token)) {
      next.push_back({std::move(ids), sum});
      parents.push_back(beam);
    } else if (rank < width) {
      keep({value_of(sum, length), std::move(ids), true});
    }
  }
  beams_ = std::move(next);
  is_finished_ = beams_.empty() || is_done(candidates.front().sum, length);
  if (!is_finished_ && static_cast<int>(length) >= decoding_.max_new_tokens) {
    for (const auto& beam : beams_) keep({value_of(beam.sum, length), beam.ids, false});
    is_finished_ = true;
  }
  return parents;
}

void BeamSearch::keep(Hypothesis hypothesis) {
  const auto most = static_cast<std::size_t>(decoding_.beams);
  if (kept_.size() >= most && hypothesis.value <= worst_) return;
  worst_ = std::min(worst_, hypothesis.value);
  kept_.push_back(std::move(hypothesis));
  if (kept_.size() <= most) return;
  const auto is_worse = [](const Hypothesis& a, const Hypothesis& b) { return a.value < b.value; };
  kept_.erase(std::min_element(kept_.begin(), kept_.end(), is_worse));
  worst_ = std::min_element(kept_.begin(), kept_.end(), is_worse)->value;
}

bool BeamSearch::is_done(double best_sum, std::size_t length) const {
  using Stopping = Decoding::EarlyStopping;
  if (kept_.size() < static_cast<std::size_t>(decoding_.beams)) return false;
  if (decoding_.early_stopping == Stopping::kYes) return true;
  const bool may_grow = decoding_.early_stopping == Stopping::kNever && decoding_.length_penalty > 0;
  return worst_ >= value_of(best_sum, may_grow ? static_cast<std::size_t>(decoding_.max_new_tokens) : length);
}

std::vector<std::int64_t> BeamSearch::last_tokens() const {
  std::vector<std::int64_t> tokens;
  for (const auto& beam : beams_) tokens.push_back(beam.ids.back());
  return tokens;
}

const BeamSearch::Hypothesis& BeamSearch::best_hypothesis() const {
  auto best = kept_.begin();
  for (auto one = kept_.begin(); one != kept_.end(); ++one)
    if (one->value >= best->value) best = one;  // of equal ones the last, as Python's stable sort leaves it
  return *best;
}

const std::vector<std::int64_t>& BeamSearch::best() const { return best_hypothesis().ids; }

Finish BeamSearch::finish() const { return best_hypothesis().has_ended ? Finish::kStop : Finish::kLength; }

}  // namespace assay
