#include "harness/run_page.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <set>
#include <utility>

#include "harness/base/error.h"
#include "harness/journal.h"
#include "harness/plan.h"

namespace assay {
namespace {

using SampleKey = std::pair<std::string, std::string>;  // benchmark, id

constexpr int kThumbnailSide = 160;  // pixels

/// Replies of a run folder, those of a dialogue under each other; empty for a file.
std::map<SampleKey, std::string> read_replies(const ScoredRun& run) {
  std::map<SampleKey, std::string> replies;
  if (!std::filesystem::is_directory(run.name)) return replies;
  std::map<SampleKey, std::vector<std::string>> turns;
  JournalFiles(run.name).for_each([&](const JournalRecord& record, RecordPlace) {
    auto& said = turns[{record.benchmark, record.id}];
    if (!record.generation || record.turn < 0 || record.turn > static_cast<std::int64_t>(said.size())) return;
    said.resize(static_cast<std::size_t>(record.turn));
    said.push_back(record.generation->reply);
  });
  for (const auto& [key, said] : turns) replies.emplace(key, fmt::format("{}", fmt::join(said, "\n\n")));
  return replies;
}

/// What was asked in a run, if its data set can still be found.
std::optional<Plan> find_plan(std::span<const BenchmarkEntry> catalog, const std::string& data_dir, const ScoredRun& run) {
  if (!std::filesystem::is_directory(run.name)) return std::nullopt;
  try {
    RunConfig config = config_of(run.manifest, run.name);
    if (!data_dir.empty()) config.task.data_dir = data_dir;
    return make_plan(config, catalog, data_places(config.task.data_dir));
  } catch (const InternalError&) {
    throw;
  } catch (const Error&) {
    if (!data_dir.empty()) throw;
    return std::nullopt;
  }
}

/// What is said to the model, in all turns of a dialogue.
std::string text_of(const Question& question) {
  std::string text;
  for (const auto* turns : {&question.prompt.turns, &question.later_turns})
    for (const auto& turn : *turns)
      for (const auto& part : turn.parts)
        if (!part.is_image()) text += (text.empty() ? "" : "\n") + part.text;
  return text;
}

}  // namespace

struct RunPages::Parts {
  ThumbnailMaker make_thumbnail = nullptr;
  std::vector<const ScoredRun*> runs;
  std::vector<std::map<SampleKey, std::string>> replies;  // one for each run
  std::optional<Plan> plan;
  std::map<SampleKey, std::pair<const PlannedBenchmark*, const PlannedSample*>> planned;
  std::size_t most_picture_bytes = kOnePage;
  mutable std::size_t picture_bytes = 0;
  mutable std::int64_t pictures_left_out = 0;

  /// Question, references and pictures out of the data set.
  [[nodiscard]] SampleText question(const SampleKey& key) const {
    SampleText text;
    const auto found = planned.find(key);
    if (found == planned.end()) return text;
    const auto& [benchmark, which] = found->second;
    try {
      const Sample sample = benchmark->source->get(which->index);
      text.prompt = text_of(question_for(*benchmark, sample, plan->decoding));
      text.references = sample.references;
      for (const auto& image : sample.images) add_picture(image, text.pictures);
    } catch (const DataError&) {
      return text;  // a row that cannot be read failed in the run as well
    }
    return text;
  }

  void add_picture(const ImageRef& image, std::vector<std::string>& pictures) const {
    if (make_thumbnail == nullptr) return;
    if (picture_bytes > most_picture_bytes) {
      ++pictures_left_out;
      return;
    }
    const auto bytes = read_image_bytes(image);
    if (!bytes) return;
    auto thumbnail = make_thumbnail(*bytes, image.name, kThumbnailSide);
    if (!thumbnail) return;
    picture_bytes += thumbnail->size();
    pictures.push_back(std::move(*thumbnail));
  }

  [[nodiscard]] SampleText text_in(std::size_t run, const SampleKey& key) const {
    SampleText text;
    const auto found = replies[run].find(key);
    if (found != replies[run].end()) text.reply = found->second;
    return text;
  }

  [[nodiscard]] PageContent head() const {
    PageContent page;
    for (const auto* run : runs) {
      page.runs.push_back(run->name);
      page.timings.push_back(timing_of(*run).value_or(RunTiming{}));
      RunRecord record;
      for (const auto& benchmark : run->benchmarks) record.results.push_back(benchmark.result);
      page.results.push_back(std::move(record));
    }
    page.manifest = manifest_rows();
    return page;
  }

  [[nodiscard]] std::vector<ManifestRow> manifest_rows() const {
    std::vector<ManifestRow> rows;
    std::map<std::string, std::size_t> places;
    for (std::size_t r = 0; r < runs.size(); ++r) {
      for (const auto* entries : {&runs[r]->manifest.fixed, &runs[r]->manifest.noted}) {
        for (const auto& entry : *entries) {
          const auto [place, is_new] = places.emplace(entry.name, rows.size());
          if (is_new) rows.push_back({entry.name, std::vector<std::string>(runs.size())});
          rows[place->second].values[r] = entry.json;
        }
      }
    }
    return rows;
  }

  /// Samples in the order of the first run that has them; all of them, or those in `wanted`.
  [[nodiscard]] std::vector<PageSample> samples(const std::set<SampleKey>* wanted) const {
    std::vector<PageSample> all;
    std::map<std::pair<std::string, SampleKey>, std::size_t> places;  // by profile too
    for (std::size_t r = 0; r < runs.size(); ++r) {
      for (const auto& benchmark : runs[r]->benchmarks) {
        for (const auto& record : benchmark.samples) {
          const SampleKey key{benchmark.result.benchmark, record.id};
          if (wanted != nullptr && !wanted->contains(key)) continue;
          const auto [place, is_new] = places.emplace(std::pair{benchmark.result.profile, key}, all.size());
          if (is_new) {
            all.push_back({key.first, benchmark.result.profile, std::vector<SampleRecord>(runs.size()), std::vector<SampleText>(runs.size())});
            all.back().texts[0] = question(key);
          }
          PageSample& sample = all[place->second];
          sample.records[r] = record;
          sample.texts[r].reply = text_in(r, key).reply;
        }
      }
    }
    return all;
  }
};

RunPages::RunPages(std::span<const BenchmarkEntry> catalog, ThumbnailMaker make_thumbnail, const std::string& data_dir, std::vector<const ScoredRun*> runs,
                   std::size_t most_picture_bytes)
    : parts_(std::make_unique<Parts>()) {
  parts_->most_picture_bytes = most_picture_bytes;
  parts_->make_thumbnail = make_thumbnail;
  parts_->runs = std::move(runs);
  for (const auto* run : parts_->runs) {
    parts_->replies.push_back(read_replies(*run));
    if (!parts_->plan) parts_->plan = find_plan(catalog, data_dir, *run);
  }
  if (!parts_->plan) return;
  for (const auto& benchmark : parts_->plan->benchmarks)
    for (const auto& sample : benchmark.samples) parts_->planned[{benchmark.benchmark->name(), sample.id}] = {&benchmark, &sample};
}

RunPages::~RunPages() = default;

PageContent RunPages::of_all() const {
  PageContent page = parts_->head();
  page.samples = parts_->samples(nullptr);
  page.pictures_left_out = parts_->pictures_left_out;
  return page;
}

PageContent RunPages::of_flips(std::span<const Flip> flips) const {
  std::set<SampleKey> wanted;
  for (const auto& flip : flips) wanted.emplace(flip.benchmark, flip.id);
  PageContent page = parts_->head();
  page.samples = parts_->samples(&wanted);
  page.pictures_left_out = parts_->pictures_left_out;
  return page;
}

void RunPages::fill_texts(std::vector<Flip>& flips) const {
  for (auto& flip : flips) {
    const SampleKey key{flip.benchmark, flip.id};
    flip.baseline_text = parts_->question(key);
    flip.baseline_text.pictures.clear();  // the page has them
    flip.baseline_text.reply = parts_->text_in(0, key).reply;
    if (parts_->runs.size() > 1) flip.candidate_text = parts_->text_in(1, key);
  }
}

}  // namespace assay
