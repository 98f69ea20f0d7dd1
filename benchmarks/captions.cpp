#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <utility>

#include "benchmarks/basis.h"
#include "benchmarks/families.h"
#include "benchmarks/family_prompts.h"
#include "benchmarks/find_data.h"
#include "benchmarks/prediction_file.h"
#include "benchmarks/profile.h"
#include "benchmarks/prompt.h"
#include "benchmarks/score_state.h"
#include "benchmarks/summary.h"
#include "datasets/caption_json.h"
#include "datasets/hub_parquet.h"
#include "datasets/hub_sets.h"
#include "datasets/text_lines.h"
#include "datasets/vlmevalkit_tsv.h"
#include "harness/base/error.h"
#include "harness/base/file.h"
#include "metrics/caption.h"
#include "metrics/mean.h"
#include "metrics/ptb_tokenizer.h"

/// Captions of COCO, NoCaps and Flickr30k.
namespace assay {
namespace {

struct CaptionPrompt {
  std::string_view name, text;
  int min_new_tokens, max_new_tokens, max_tiles;
};
constexpr std::string_view kOneSentence = "Provide a one-sentence caption for the provided image.";
constexpr CaptionPrompt kPrompts[] = {
    {"vlmevalkit", kCaptionRequest, 0, 4096, 6},
    {"internvl", kOneSentence, 8, 30, 6},
    {"lmms-eval", kOneSentence, 0, 64, 0},
    {"qwen", "Describe the image in English:", 8, 30, 0},
    {"plain", kOneSentence, 0, 128, 0},
};

/// METEOR is left out everywhere: it needs its Java program's tables of paraphrases and WordNet's synonyms.
struct ScoringProfile {
  std::string_view name;
  bool tokenizes;              ///< else captions are compared as they stand, letter case and all
  double scale;
  bool has_cider_without_d;    ///< vrama91/cider prints both
  bool reads_back;             ///< through VLMEvalKit's spreadsheet
};
constexpr ScoringProfile kScorings[] = {
    {"official", true, 1, false, false},  // tylin/coco-caption, eval.py
    {"vlmevalkit", false, 100, false, true},
    {"lmms-eval", true, 1, false, false},
    {"internvl", true, 1, false, false},
    {"vrama91", true, 1, true, false},
};

struct CaptionSet {
  std::string_view name, split;
  std::vector<std::string_view> folders, files;
  std::string_view what;
  std::string_view breakdown;  ///< a field whose values are scored by themselves, as sets of their own
  HubSplit hub;
  std::unique_ptr<SampleSource> (*open_hub)(const std::filesystem::path& shard);
};

std::unique_ptr<SampleSource> open_hub_nocaps(const std::filesystem::path& shard) {
  return open_hub_parquet(shard, {.id = "image_id", .question = "", .answers = "annotations_captions"});
}

const CaptionSet kSets[] = {
    {"coco_2014_val", "val", {"coco", "COCO", "annotations", "coco/annotations", "COCO/annotations"}, {"captions_val2014.json"}, "the official captions_val2014.json", "",
     {"COCO-Caption", "data/val-*.parquet"}, open_hub_coco_caption},
    {"coco_2017_val", "val", {"coco", "COCO", "annotations", "coco/annotations", "COCO/annotations"}, {"captions_val2017.json"}, "the official captions_val2017.json", "",
     {"COCO-Caption2017", "data/val-*.parquet"}, open_hub_coco_caption},
    {"coco_karpathy_test", "test", {"coco", "COCO", "coco/annotations", "LMUData"}, {"coco_karpathy_test_gt.json", "coco_karpathy_test.json", "COCO_VAL.tsv"},
     "InternVL's coco_karpathy_test_gt.json, coco_karpathy_test.json or VLMEvalKit's COCO_VAL.tsv", "", {"coco-karpathy", "data/test-*.parquet"}, open_hub_coco_karpathy},
    {"flickr30k_test", "test", {"flickr30k", "Flickr30k"}, {"flickr30k_test_karpathy.json"}, "InternVL's flickr30k_test_karpathy.json", "",
     {"flickr30k", "data/test-*.parquet"}, open_hub_flickr30k},
    {"nocaps_val", "val", {"nocaps", "NoCaps"}, {"nocaps_val_4500_captions.json"}, "the official nocaps_val_4500_captions.json", "domain",
     {"NoCaps", "data/validation-*.parquet"}, open_hub_nocaps},
};

/// Replies and references as the profile compares them. All references are tokenized as one text, and so are all candidates.
std::vector<Caption> captions_of(std::span<const Reply* const> replies, const ScoringProfile& rule) {
  std::vector<std::string> candidates, references;
  for (const auto* reply : replies) {
    candidates.push_back(reply->state == SampleState::kError ? "" : rule.reads_back ? as_vlmevalkit_reads(*reply) : reply->text);
    references.insert(references.end(), reply->sample.references.begin(), reply->sample.references.end());
  }
  if (rule.tokenizes) candidates = ptb_captions(candidates), references = ptb_captions(references);
  std::vector<Caption> captions;
  auto next = references.begin();
  for (std::size_t i = 0; i < replies.size(); ++i) {
    const auto behind = next + static_cast<std::ptrdiff_t>(replies[i]->sample.references.size());
    captions.push_back({std::move(candidates[i]), {next, behind}});
    next = behind;
  }
  return captions;
}

/// A unit each, worth a share of `highest`.
std::vector<Unit> units_of(std::span<const Reply* const> replies, const std::vector<double>& each, double highest = 1) {
  std::vector<Unit> units;
  for (std::size_t i = 0; i < replies.size(); ++i) units.push_back({cluster_of(replies[i]->sample), each[i] / highest, replies[i]->sample.id});
  return units;
}

std::vector<double> rouge_of(std::span<const Caption> captions) {
  std::vector<double> rouge;
  for (const auto& caption : captions) rouge.push_back(rouge_l(caption));
  return rouge;
}

Metric mean_metric(std::string name, const std::vector<double>& each, double corpus, std::span<const Reply* const> replies, double scale) {
  return graded_metric(std::move(name), corpus * scale, units_of(replies, each), scale, "pictures");
}

MetricBasis cider_basis(std::string name, const CaptionScores& scores, std::span<const Reply* const> replies, double scale) {
  return mean_basis(std::move(name), scale * kHighestCider, units_of(replies, scores.each, kHighestCider));
}

MetricBasis bleu_basis(std::span<const Caption> captions, std::span<const Reply* const> replies, double scale) {
  MetricBasis basis{"bleu_4", scale, Formula::kBleu4, Combination::kMean, {}};
  for (std::size_t i = 0; i < replies.size(); ++i) {
    const auto columns = bleu_columns(count_for_bleu(captions[i]));
    basis.rows.push_back({replies[i]->sample.id, cluster_of(replies[i]->sample), "", {columns.begin(), columns.end()}});
  }
  tell_units_apart(basis.rows);
  return basis;
}

void add_bleu(std::vector<Metric>& metrics, const std::string& prefix, std::span<const Caption> captions, double scale) {
  std::vector<BleuCounts> counts;
  BleuCounts all;
  for (const auto& caption : captions) counts.push_back(count_for_bleu(caption)), all += counts.back();
  const auto scores = bleu(all);
  const std::vector<std::size_t> sizes = {counts.size()};
  for (std::size_t k = 0; k < kLongestNgram; ++k) {
    Metric metric{fmt::format("{}bleu_{}", prefix, k + 1), scores[k] * scale, static_cast<std::int64_t>(captions.size()), {}, "pictures"};
    metric.interval = bootstrap_interval(sizes, [&](std::span<const std::uint32_t> times_drawn) {
      BleuCounts drawn;
      for (std::size_t i = 0; i < counts.size(); ++i) {
        for (std::uint32_t n = 0; n < times_drawn[i]; ++n) drawn += counts[i];
      }
      return bleu(drawn)[k] * scale;
    });
    metrics.push_back(std::move(metric));
  }
}

void add_scores(std::vector<Metric>& metrics, const std::string& prefix, std::span<const Reply* const> replies, const ScoringProfile& rule) {
  const auto captions = captions_of(replies, rule);
  const auto cider_d = cider(captions, CiderKind::kCiderD);
  if (rule.has_cider_without_d) {
    const auto plain = cider(captions, CiderKind::kCider);
    metrics.push_back(mean_metric(prefix + "cider", plain.each, plain.corpus, replies, rule.scale));
    metrics.push_back(mean_metric(prefix + "cider_d", cider_d.each, cider_d.corpus, replies, rule.scale));
    return;
  }
  metrics.push_back(mean_metric(prefix + "cider", cider_d.each, cider_d.corpus, replies, rule.scale));
  add_bleu(metrics, prefix, captions, rule.scale);
  const auto rouge = rouge_of(captions);
  metrics.push_back(mean_metric(prefix + "rouge_l", rouge, numpy_mean(rouge), replies, rule.scale));
}

/// nlg-eval's example: one caption a line in hyp.txt, and a line of each of ref1.txt, ref2.txt, ... for it.
std::vector<Reply> read_line_files(const std::filesystem::path& folder) {
  std::vector<std::filesystem::path> reference_files;
  for (const auto& entry : std::filesystem::directory_iterator(folder)) {
    const auto name = entry.path().filename().string();
    if (name.starts_with("ref") && name.ends_with(".txt")) reference_files.push_back(entry.path());
  }
  std::ranges::sort(reference_files);
  if (reference_files.empty()) throw DataError(fmt::format("{}: expected ref1.txt, ref2.txt, ... beside hyp.txt", folder.string()));
  const auto candidates = read_file(folder / "hyp.txt");
  std::vector<Reply> replies;
  for (const auto line : text_lines(candidates)) {
    Reply reply;
    reply.sample.id = std::to_string(replies.size());
    reply.text = line;
    reply.is_verbatim = true;
    replies.push_back(std::move(reply));
  }
  for (const auto& file : reference_files) {
    const auto content = read_file(file);
    const auto lines = text_lines(content);
    if (lines.size() != replies.size()) {
      throw DataError(fmt::format("{}: {} lines, and hyp.txt has {}", file.string(), lines.size(), replies.size()));
    }
    for (std::size_t i = 0; i < lines.size(); ++i) replies[i].sample.references.emplace_back(lines[i]);
  }
  return replies;
}

class Captions final : public CatalogBenchmark {
 public:
  explicit Captions(const CaptionSet& set) : set_(set) {}
  [[nodiscard]] std::string name() const override { return std::string(set_.name); }
  [[nodiscard]] std::string split() const override { return std::string(set_.split); }
  [[nodiscard]] std::string main_metric() const override { return "cider"; }

  [[nodiscard]] std::unique_ptr<SampleSource> open(const DataPlaces& places) const override {
    const auto found = find_data(places, set_.folders, set_.files, fmt::format("{}: {}", set_.name, set_.what), set_.hub);
    if (found.extension() == ".parquet") return set_.open_hub(found);
    return found.extension() == ".tsv" ? open_vlmevalkit_tsv(found) : open_caption_json(found);
  }

  [[nodiscard]] std::vector<std::string> prompt_profiles() const override { return with_family_profiles(profile_names<CaptionPrompt>(kPrompts), name()); }
  [[nodiscard]] Question ask(const Sample& sample, std::string_view prompt_profile) const override {
    if (auto asked = ask_by_family(name(), sample, prompt_profile)) return std::move(*asked);
    const auto& profile = find_profile<CaptionPrompt>(kPrompts, prompt_profile, "prompt profile of " + name());
    auto question = suffixed_question(sample, std::string(profile.text), {profile.name, "", profile.max_new_tokens, profile.max_tiles});
    question.decoding.min_new_tokens = profile.min_new_tokens;
    return question;
  }

  [[nodiscard]] std::vector<std::string> scoring_profiles() const override { return profile_names<ScoringProfile>(kScorings); }
  /// A caption by itself is worth its ROUGE-L: CIDEr weighs words by all captions of the set.
  [[nodiscard]] Score score(const Reply& reply, std::string_view profile) const override {
    const auto& rule = scoring(profile);
    const Reply* one[] = {&reply};
    const auto caption = captions_of(one, rule).front();
    return make_score(reply, caption.candidate, reply.sample.references.empty() ? std::numeric_limits<double>::quiet_NaN() : rouge_l(caption));
  }

  [[nodiscard]] std::vector<Metric> metrics(std::span<const ScoredReply> replies, std::string_view profile) const override {
    const auto& rule = scoring(profile);
    const auto all = labelled(replies);
    std::map<std::string, std::vector<const Reply*>> groups;
    for (const auto* reply : all) {
      const auto group = reply->sample.fields.find(std::string(set_.breakdown));
      if (group != reply->sample.fields.end()) groups[snake_case(group->second)].push_back(reply);
    }
    std::vector<Metric> metrics;
    add_scores(metrics, "", all, rule);
    for (const auto& [group, members] : groups) add_scores(metrics, group + ".", members, rule);
    return metrics;
  }

  [[nodiscard]] std::vector<MetricBasis> bases(std::span<const ScoredReply> replies, std::string_view profile) const override {
    const auto& rule = scoring(profile);
    const auto all = labelled(replies);
    const auto captions = captions_of(all, rule);
    const auto cider_d = cider(captions, CiderKind::kCiderD);
    if (rule.has_cider_without_d) {
      return {cider_basis("cider", cider(captions, CiderKind::kCider), all, rule.scale), cider_basis("cider_d", cider_d, all, rule.scale)};
    }
    return {cider_basis("cider", cider_d, all, rule.scale), bleu_basis(captions, all, rule.scale),
            mean_basis("rouge_l", rule.scale, units_of(all, rouge_of(captions)))};
  }

  /// COCO's result file [{"image_id": 1, "caption": "..."}], the common ones, or nlg-eval's folder of lines.
  [[nodiscard]] std::vector<Reply> read_predictions(const std::filesystem::path& path, const SampleSource* data) const override {
    if (std::filesystem::exists(path / "hyp.txt")) return read_line_files(path);
    if (path.filename() == "hyp.txt") return read_line_files(path.parent_path());
    return match_predictions(read_prediction_file(path), data, path);
  }

 private:
  static std::vector<const Reply*> labelled(std::span<const ScoredReply> replies) {
    std::vector<const Reply*> labelled;
    for (const auto& scored : replies) {
      if (!scored.reply.sample.references.empty()) labelled.push_back(&scored.reply);
    }
    return labelled;
  }

  [[nodiscard]] const ScoringProfile& scoring(std::string_view profile) const {
    return find_profile<ScoringProfile>(kScorings, profile, "scoring profile of " + name());
  }

  const CaptionSet& set_;
};

}  // namespace

std::unique_ptr<Benchmark> make_captions(std::string_view name) {
  const auto* set = std::ranges::find(kSets, name, &CaptionSet::name);
  if (set == std::end(kSets)) throw InternalError(fmt::format("no table row for \"{}\"", name));
  return std::make_unique<Captions>(*set);
}

}  // namespace assay
