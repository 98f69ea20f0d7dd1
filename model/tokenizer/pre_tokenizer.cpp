#include "model/tokenizer/pre_tokenizer.h"

#include <algorithm>
#include <optional>

#include "model/tokenizer/byte_letters.h"

namespace assay {
namespace {

struct Cut {
  std::size_t begin, end;
  bool is_match;
};

/// The whole text as matches and the stretches between them, in order.
std::vector<Cut> cuts_of(const TextPattern& pattern, std::string_view text, bool invert) {
  std::vector<Cut> cuts;
  std::size_t done = 0;
  for (const auto& [begin, end] : find_all(pattern, text)) {
    if (done < begin) cuts.push_back({done, begin, invert});
    cuts.push_back({begin, end, !invert});
    done = end;
  }
  if (done < text.size()) cuts.push_back({done, text.size(), invert});
  return cuts;
}

/// Cuts joined as the behavior says. A run of matches is not swallowed whole: only its first match joins its neighbour.
std::vector<Cut> joined(const std::vector<Cut>& cuts, SplitBehavior behavior) {
  std::vector<Cut> out;
  bool was_match = false;
  const auto add = [&](const Cut& cut, bool joins, bool backwards) {
    if (!joins || out.empty()) out.push_back(cut);
    else if (backwards) out.back().begin = cut.begin;
    else out.back().end = cut.end;
    was_match = cut.is_match;
  };
  switch (behavior) {
    case SplitBehavior::kIsolated: return cuts;
    case SplitBehavior::kRemoved:
      std::copy_if(cuts.begin(), cuts.end(), std::back_inserter(out), [](const Cut& cut) { return !cut.is_match; });
      break;
    case SplitBehavior::kContiguous:
      for (const Cut& cut : cuts) add(cut, cut.is_match == was_match, false);
      break;
    case SplitBehavior::kMergedWithPrevious:
      for (const Cut& cut : cuts) add(cut, cut.is_match && !was_match, false);
      break;
    case SplitBehavior::kMergedWithNext:
      for (auto cut = cuts.rbegin(); cut != cuts.rend(); ++cut) add(*cut, cut->is_match && !was_match, true);
      std::reverse(out.begin(), out.end());
      break;
  }
  return out;
}

void append_split(const Piece& piece, const TextPattern& pattern, SplitBehavior behavior, bool invert, std::vector<Piece>& out) {
  for (const Cut& cut : joined(cuts_of(pattern, piece.text, invert), behavior)) {
    if (cut.begin < cut.end) out.push_back({piece.text.substr(cut.begin, cut.end - cut.begin), piece.is_at_start && cut.begin == 0});
  }
}

}  // namespace

PreTokenizerStep split(TextPattern pattern, SplitBehavior behavior, bool invert) {
  return [pattern = std::move(pattern), behavior, invert](const Piece& piece, std::vector<Piece>& out) {
    append_split(piece, pattern, behavior, invert, out);
  };
}

PreTokenizerStep byte_level(bool add_prefix_space, bool use_regex) {
  std::optional<TextPattern> pattern;
  if (use_regex) pattern = UnicodeRegex(kGpt2Pattern);
  return [pattern, add_prefix_space](Piece& piece, std::vector<Piece>& out) {
    if (add_prefix_space && !piece.text.starts_with(' ')) piece.text.insert(0, 1, ' ');
    const std::size_t first = out.size();
    if (pattern) append_split(piece, *pattern, SplitBehavior::kIsolated, false, out);
    else out.push_back(std::move(piece));
    for (std::size_t i = first; i < out.size(); ++i) out[i].text = letters_of_bytes(out[i].text);
  };
}

PreTokenizerStep metaspace(std::string replacement, PrependScheme scheme, bool do_split) {
  return [replacement = std::move(replacement), scheme, do_split, space = TextPattern(std::string(" "))](Piece& piece,
                                                                                                        std::vector<Piece>& out) {
    piece.text = replace_all(piece.text, space, replacement);
    const bool prepends = scheme == PrependScheme::kAlways || (scheme == PrependScheme::kFirst && piece.is_at_start);
    if (prepends && !piece.text.starts_with(replacement)) piece.text.insert(0, replacement);
    if (do_split) append_split(piece, replacement, SplitBehavior::kMergedWithNext, false, out);
    else out.push_back(std::move(piece));
  };
}

std::vector<Piece> PreTokenizer::apply(Piece piece) const {
  std::vector<Piece> pieces;
  if (!piece.text.empty()) pieces.push_back(std::move(piece));
  for (const auto& step : steps_) {
    std::vector<Piece> next;
    next.reserve(pieces.size());
    for (Piece& each : pieces) step(each, next);
    pieces = std::move(next);
  }
  return pieces;
}

}  // namespace assay
