#include "dialogues.h"

#include <fmt/format.h>

#include <algorithm>
#include <memory>
#include <string>
#include <vector>

#include "datasets/sample_list.h"
#include "harness/base/digest.h"
#include "harness/base/file.h"
#include "harness/base/json.h"
#include "metrics/anls.h"
#include "metrics/python_text.h"

namespace assay::testing {
namespace {

constexpr std::size_t kTurns = 3;
constexpr std::string_view kPicture = "<ImageHere>";

std::string field_name(std::size_t place) { return fmt::format("said{}", place); }

/// One sample for each of the first questions; what was said before is in its fields.
void add_dialogue(const json::Value& dialogue, const std::string& name, std::vector<Sample>& samples) {
  std::vector<ImageRef> pictures;
  if (const auto* image = json::find(dialogue, "image"); image != nullptr && image->IsString()) pictures.push_back(stated_picture(image->GetString()));
  else if (image != nullptr)
    for (const auto& one : image->GetArray()) pictures.push_back(stated_picture(one.GetString()));
  const auto said = json::require_array(dialogue, "conversations", name).GetArray();
  for (std::size_t turn = 0; turn < kTurns && 2 * turn + 1 < said.Size(); ++turn) {
    Sample sample;
    sample.id = fmt::format("{}/{}", name, turn);
    sample.images = pictures;
    for (std::size_t i = 0; i < 2 * turn; ++i) sample.fields[field_name(i)] = json::require_string(said[static_cast<unsigned>(i)], "value", name);
    sample.question = json::require_string(said[static_cast<unsigned>(2 * turn)], "value", name);
    sample.references = {json::require_string(said[static_cast<unsigned>(2 * turn + 1)], "value", name)};
    samples.push_back(std::move(sample));
  }
}

/// Pictures stand where the text marks them; those that no text marks, before the first.
void add_turn(Role role, const std::string& text, bool is_first, Prompt& prompt, std::size_t& next_picture) {
  Turn turn{role, {}};
  const bool has_marks = text.find(kPicture) != std::string::npos;
  for (; is_first && !has_marks && next_picture < prompt.images.size(); ++next_picture) turn.parts.push_back({"", next_picture});
  const auto pieces = python::split(text, kPicture);
  for (std::size_t i = 0; i < pieces.size(); ++i) {
    if (i > 0) turn.parts.push_back({"", next_picture++});
    if (!pieces[i].empty()) turn.parts.push_back({std::string(pieces[i])});
  }
  prompt.turns.push_back(std::move(turn));
}

class Dialogues final : public Benchmark {
 public:
  [[nodiscard]] std::string name() const override { return "dialogues"; }
  [[nodiscard]] std::string split() const override { return "sample"; }
  [[nodiscard]] std::string summary() const override { return "conversations on several pictures"; }
  [[nodiscard]] std::string paper() const override { return "none"; }
  [[nodiscard]] std::string main_metric() const override { return "anls"; }

  [[nodiscard]] std::unique_ptr<SampleSource> open(const DataPlaces& places) const override {
    const auto folder = places.roots.at(0) / "multiturn-xcomposer";
    std::vector<Sample> samples;
    std::vector<std::filesystem::path> files;
    std::string all;
    for (const char* stem : {"multi_turn_multi_images_example", "single_turn_single_image_example", "only_text_example"}) {
      files.push_back(folder / "data" / fmt::format("{}.json", stem));
      all += read_file(files.back());
      const auto document = json::parse_file(files.back());
      for (unsigned i = 0; i < document.Size(); ++i) add_dialogue(document[i], fmt::format("{}/{}", stem, i), samples);
    }
    return std::make_unique<SampleList>(std::move(samples), files, digest_of(all), [folder](const std::filesystem::path& stated) { return folder / stated; });
  }

  [[nodiscard]] std::vector<std::string> prompt_profiles() const override { return {"vlmevalkit", "xcomposer"}; }
  [[nodiscard]] Question ask(const Sample& sample, std::string_view profile) const override {
    Question question;
    for (const auto& image : sample.images) question.prompt.images.push_back({image.name, image.key(), [image] { return read_image_bytes(image); }});
    std::size_t next_picture = 0, place = 0;
    for (; sample.fields.contains(field_name(place)); ++place)
      add_turn(place % 2 == 0 ? Role::kUser : Role::kAssistant, sample.fields.at(field_name(place)), place == 0, question.prompt, next_picture);
    add_turn(Role::kUser, sample.question, place == 0, question.prompt, next_picture);
    question.decoding.beams = profile == "xcomposer" ? 3 : 1;
    return question;
  }

  [[nodiscard]] std::vector<std::string> scoring_profiles() const override { return {"official"}; }
  [[nodiscard]] Score score(const Reply& reply, std::string_view) const override {
    return {anls(reply.text, reply.sample.references), SampleState::kScored, reply.text};
  }
  [[nodiscard]] std::vector<Metric> metrics(std::span<const ScoredReply> replies, std::string_view) const override {
    double sum = 0;
    for (const auto& scored : replies) sum += scored.score.value;
    const auto count = static_cast<std::int64_t>(replies.size());
    return {{"anls", count == 0 ? 0 : sum / static_cast<double>(count), count, {0, 1}, "questions"}};
  }
  [[nodiscard]] std::vector<Reply> read_predictions(const std::filesystem::path&, const SampleSource*) const override { return {}; }
};

}  // namespace

std::span<const BenchmarkEntry> catalog_with_dialogues() {
  static const std::vector<BenchmarkEntry> catalog = [] {
    std::vector<BenchmarkEntry> entries(benchmark_catalog().begin(), benchmark_catalog().end());
    entries.push_back({"dialogues", "conversations on several pictures", "none", []() -> std::unique_ptr<Benchmark> { return std::make_unique<Dialogues>(); }});
    std::ranges::sort(entries, {}, &BenchmarkEntry::name);
    return entries;
  }();
  return catalog;
}

}  // namespace assay::testing
