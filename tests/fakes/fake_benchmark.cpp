#include "tests/fakes/fake_benchmark.h"

#include <array>
#include <cmath>
#include <limits>
#include <sstream>
#include <utility>

#include "harness/base/error.h"
#include "harness/base/file.h"

namespace assay::testing {
namespace {

constexpr std::size_t kBrokenRow = 5;
constexpr const char* kUnscorable = "s3";
constexpr std::size_t kQuestionsAPicture = 3;

class FakeSource final : public SampleSource {
 public:
  explicit FakeSource(FakeData data) : data_(std::move(data)) {}
  [[nodiscard]] std::size_t size() const override { return data_.size; }
  [[nodiscard]] Sample get(std::size_t i) const override {
    if (data_.has_a_broken_row && i == kBrokenRow) throw DataError("fake.tsv:7: the row has too few columns");
    Sample sample;
    const bool is_repeated = data_.repeats_an_id && i + 1 == data_.size;
    sample.id = fmt::format("s{}", is_repeated ? 0 : i);
    sample.question = fmt::format("Say w{}.", i);
    sample.references = {fmt::format("w{}", i)};
    // Pictures come back later in the file, so that sorting by picture changes the order.
    sample.fields["picture"] = fmt::format("picture-{}", i % ((data_.size + kQuestionsAPicture - 1) / kQuestionsAPicture));
    return sample;
  }
  [[nodiscard]] std::string digest() const override { return fmt::format("fake-{}", data_.size); }
  [[nodiscard]] std::vector<std::filesystem::path> paths() const override { return {"fake.tsv"}; }

 private:
  FakeData data_;
};

class FakeBenchmark final : public Benchmark {
 public:
  explicit FakeBenchmark(FakeData data) : data_(std::move(data)) {}
  [[nodiscard]] std::string name() const override { return data_.name; }
  [[nodiscard]] std::string split() const override { return "test"; }
  [[nodiscard]] std::string summary() const override { return "says a word"; }
  [[nodiscard]] std::string paper() const override { return "none"; }
  [[nodiscard]] std::string main_metric() const override { return "accuracy"; }
  [[nodiscard]] std::unique_ptr<SampleSource> open(const DataPlaces&) const override { return std::make_unique<FakeSource>(data_); }
  [[nodiscard]] std::vector<std::string> prompt_profiles() const override { return {"plain", "polite"}; }
  [[nodiscard]] Question ask(const Sample& sample, std::string_view profile) const override {
    Question question;
    const auto& picture = sample.fields.at("picture");
    question.prompt.images.push_back({picture, picture, []() -> Result<std::string> { return std::string("GIF89a, and no more"); }});
    question.prompt.turns.push_back({Role::kUser, {{"", 0}, {profile == "polite" ? "Please. " + sample.question : sample.question}}});
    for (std::size_t turn = 1; turn < data_.turns; ++turn) {
      const auto shown = fmt::format("{}/{}", picture, turn);
      question.prompt.images.push_back({shown, shown, []() -> Result<std::string> { return std::string("GIF89a, and no more"); }});
      question.later_turns.push_back({Role::kUser, {{"", turn}, {fmt::format("Say w{}-{}.", sample.id.substr(1), turn)}}});
    }
    question.decoding.max_new_tokens = 16;
    return question;
  }
  [[nodiscard]] std::vector<std::string> scoring_profiles() const override { return {"official", "lenient"}; }
  [[nodiscard]] Score score(const Reply& reply, std::string_view profile) const override {
    if (data_.has_a_scorer_bug && reply.sample.id == kUnscorable) throw DataError("the reply has no number in it");
    const bool is_right = !reply.sample.references.empty() && said_in(reply) == expected_of(reply.sample);
    return {is_right || profile == "lenient" ? 1.0 : 0.0, SampleState::kScored, said_in(reply)};
  }
  [[nodiscard]] std::string answer_rule(std::string_view profile) const override {
    return profile == "lenient" ? "whatever is said is right" : "the reply is the label, letter for letter";
  }
  [[nodiscard]] std::vector<Metric> metrics(std::span<const ScoredReply> replies, std::string_view) const override {
    double sum = 0;
    for (const auto& scored : replies) sum += scored.score.value;
    const auto count = static_cast<std::int64_t>(replies.size());
    const double mean = replies.empty() ? std::numeric_limits<double>::quiet_NaN() : 100 * sum / static_cast<double>(count);
    return {{"accuracy", mean, count, {mean - 1, mean + 1}, "questions"}};
  }
  [[nodiscard]] std::vector<MetricBasis> bases(std::span<const ScoredReply> replies, std::string_view profile) const override {
    auto bases = Benchmark::bases(replies, profile);
    bases.front().scale = 100;
    return bases;
  }
  [[nodiscard]] std::vector<Reply> read_predictions(const std::filesystem::path& path, const SampleSource* data) const override {
    std::vector<Reply> replies;
    std::istringstream lines(read_file(path));
    std::string id, text;
    while (std::getline(lines, id, '\t') && std::getline(lines, text)) {
      Sample sample;
      for (std::size_t i = 0; data != nullptr && i < data->size(); ++i)
        if (data->get(i).id == id) sample = data->get(i);
      sample.id = id;
      replies.push_back({std::move(sample), text, text.empty() ? SampleState::kEmpty : SampleState::kScored});
    }
    return replies;
  }
  [[nodiscard]] std::optional<Submission> submission(std::span<const Reply> replies) const override {
    if (data_.name != "fake_small") return std::nullopt;
    Submission submission{"fake_small.tsv", ""};
    for (const auto& reply : replies) submission.content += reply.sample.id + "\t" + reply.text + "\n";
    return submission;
  }

 private:
  static std::string said_in(const Reply& reply) {
    std::string said;
    for (const auto& turn : reply.earlier) said += turn + " ";
    return said + reply.text;
  }
  [[nodiscard]] std::string expected_of(const Sample& sample) const {
    std::string expected = sample.references.front();
    for (std::size_t turn = 1; turn < data_.turns; ++turn) expected += fmt::format(" {}-{}", sample.references.front(), turn);
    return expected;
  }

  FakeData data_;
};

constexpr std::array kFakes = {
    BenchmarkEntry{"fake", "says a word", "none", [] { return make_fake({}); }},
    BenchmarkEntry{"fake_broken", "one row cannot be read", "none", [] { return make_fake({"fake_broken", 20, false, true, false}); }},
    BenchmarkEntry{"fake_dialogues", "says a word in each of three turns", "none", [] { return make_fake({"fake_dialogues", 40, false, false, false, 3}); }},
    BenchmarkEntry{"fake_empty", "no samples", "none", [] { return make_fake({"fake_empty", 0, false, false, false}); }},
    BenchmarkEntry{"fake_large", "many samples", "none", [] { return make_fake({"fake_large", 20000, false, false, false}); }},
    BenchmarkEntry{"fake_scorer", "one reply cannot be scored", "none", [] { return make_fake({"fake_scorer", 20, false, false, true}); }},
    BenchmarkEntry{"fake_small", "a few samples", "none", [] { return make_fake({"fake_small", 7, false, false, false}); }},
    BenchmarkEntry{"fake_twice", "one id twice", "none", [] { return make_fake({"fake_twice", 7, true, false, false}); }},
};

}  // namespace

std::unique_ptr<Benchmark> make_fake(const FakeData& data) { return std::make_unique<FakeBenchmark>(data); }
std::span<const BenchmarkEntry> fake_catalog() { return kFakes; }

}  // namespace assay::testing
