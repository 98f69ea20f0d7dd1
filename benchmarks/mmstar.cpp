#include <fmt/format.h>

#include <map>
#include <string>

#include "benchmarks/basis.h"
#include "benchmarks/choice_benchmark.h"
#include "benchmarks/choice_question.h"
#include "benchmarks/families.h"
#include "benchmarks/find_data.h"
#include "datasets/hub_sets.h"
#include "datasets/vlmevalkit_tsv.h"
#include "metrics/option_letter.h"

namespace assay {
namespace {

constexpr SuffixProfile kPrompts[] = {
    {"vlmevalkit", "", 4096, 6},
    {"internvl", "", 100, 6},
    {"lmms-eval", "\nAnswer with the option's letter from the given choices directly", 1024, 0},
    {"plain", "", 1024, 0},
};

Letter by_authors(const Reply& reply) { return letter_mmstar(reply.text, choices_of(reply.sample)); }

constexpr ChoiceProfile kScorings[] = {
    {"official", by_authors, Scale::kFraction},
    {"vlmevalkit", letter_by_vlmevalkit, Scale::kFraction},
    {"lmms-eval", letter_by_lmms_extract, Scale::kFraction},
    {"internvl", letter_by_vlmevalkit, Scale::kFraction},  // its document scores MMStar with VLMEvalKit
};

/// lmms-eval sends the question as the hub's set writes it, which has the options inside.
std::string text_of(const Sample& sample, std::string_view profile) {
  if (profile != "lmms-eval") return choice_text(sample, profile);
  if (sample.question.find("\nOptions: ") != std::string::npos) return sample.question;
  std::string text = sample.question;
  for (const auto& option : sample.options) text += fmt::format("{}{}: {}", option.letter == "A" ? "\nOptions: " : ", ", option.letter, option.text);
  return text;
}

/// Detailed categories are a column of VLMEvalKit's table and of the hub's set.
std::string detail_of(const Sample& sample) {
  for (const char* name : {"l2_category", "l2-category"}) {
    const auto column = sample.fields.find(name);
    if (column != sample.fields.end()) return snake_case(column->second);
  }
  return "";
}

std::vector<std::string> parts_of(const Sample& sample) { return {snake_case(sample.category), detail_of(sample)}; }

/// By "" and each core category, then detailed category.
using Details = std::map<std::string, std::map<std::string, std::vector<Unit>>>;

Details details_of(std::span<const ScoredReply> replies) {
  Details details;
  for (const auto& scored : replies) {
    const Sample& sample = scored.reply.sample;
    if (sample.references.empty() || detail_of(sample).empty()) continue;
    for (const auto& core : {std::string(), snake_case(sample.category)}) details[core][detail_of(sample)].push_back(unit_of(scored));
  }
  return details;
}

/// lmms-eval's accuracies are means of the detailed categories' accuracies, each counted once.
void amend(std::vector<Metric>& metrics, std::span<const ScoredReply> replies, std::string_view profile) {
  if (profile != "lmms-eval") return;
  const auto details = details_of(replies);
  for (auto& metric : metrics) {
    const auto found = details.find(metric.name == "accuracy" ? "" : metric.name.substr(0, metric.name.find('.')));
    if (found != details.end()) metric = mean_of_means(metric.name, found->second, "detailed categories");
  }
}

void amend_basis(MetricBasis& accuracy, std::span<const ScoredReply> replies, std::string_view profile) {
  if (profile != "lmms-eval") return;
  const auto details = details_of(replies);
  if (const auto all = details.find(""); all != details.end()) accuracy = mean_of_means_basis(accuracy.name, accuracy.scale, all->second);
}

std::unique_ptr<SampleSource> open(const DataPlaces& places) {
  const auto found = find_data(places, {"MMStar", "mmstar", "LMUData"}, {"MMStar.tsv"}, "mmstar: VLMEvalKit's MMStar.tsv", {"MMStar", "mmstar.parquet", "*/val-*.parquet"});
  return found.extension() == ".parquet" ? open_hub_mmstar(found) : open_vlmevalkit_tsv(found);
}

constexpr ChoiceTraits kMmStar = {"mmstar", "val", kPrompts, kScorings, open, text_of, parts_of, amend, nullptr, amend_basis};

}  // namespace

std::unique_ptr<Benchmark> make_mmstar() { return make_choice_benchmark(kMmStar); }

}  // namespace assay
