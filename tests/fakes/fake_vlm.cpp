#include "tests/fakes/fake_vlm.h"

#include <fcntl.h>
#include <unistd.h>

#include <charconv>
#include <chrono>
#include <csignal>
#include <cstdlib>
#include <string_view>
#include <thread>
#include <utility>

#include "harness/base/digest.h"
#include "harness/base/error.h"

namespace assay::testing {
namespace {

class FakeVlm final : public Vlm {
 public:
  explicit FakeVlm(FakeBehaviour behaviour) : behaviour_(std::move(behaviour)) {
    card_.name = "fake";
    card_.family = "fake";
    card_.dtype = "float32";
    card_.engine = "none";
    if (!behaviour_.calls_file.empty())
      calls_ = ::open(behaviour_.calls_file.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644);
  }
  ~FakeVlm() override {
    if (calls_ >= 0) ::close(calls_);
  }
  [[nodiscard]] const ModelCard& card() const override { return card_; }
  [[nodiscard]] std::string weights_digest() const override {
    if (behaviour_.weights.empty()) throw ModelError("the fake's weights cannot be read");
    return behaviour_.weights;
  }

  void run(RequestSource& source, GenerationSink& sink) override {
    std::vector<Request> batch;
    for (bool has_more = true; has_more;) {
      while (static_cast<int>(batch.size()) < behaviour_.batch) {
        auto request = source.next();
        has_more = request.has_value();
        if (!has_more) break;
        batch.push_back(std::move(*request));
      }
      while (!batch.empty()) {
        if (source.is_cancelled()) return;
        const Request request = std::move(batch.back());
        batch.pop_back();
        if (auto next_turn = answer(request, sink)) batch.push_back(std::move(*next_turn));
      }
    }
  }

  Result<PromptView> view_prompt(const Request& request) override {
    PromptView view;
    for (const auto& part : request.prompt.turns.front().parts) view.text += part.is_image() ? "<image>" : part.text;
    view.token_ids = {1, 2, 3};
    view.images.push_back({request.prompt.images.front().name, "d1", 64, 32, 2, 1, 3, 768});
    view.stop = {"<end>"};
    return view;
  }

  /// Two tiles of 2x2: white, and black but for one red pixel; normalised as ImageNet's.
  Result<FloatArray> view_pixels(const ImageInput& image, std::optional<int>) override {
    const auto bytes = image.read_bytes();
    if (!bytes) return bytes.error();
    constexpr double kMean[] = {0.485, 0.456, 0.406}, kStd[] = {0.229, 0.224, 0.225};
    FloatArray pixels{{2, 3, 2, 2}, {}};
    for (int tile = 0; tile < 2; ++tile)
      for (int channel = 0; channel < 3; ++channel)
        for (int i = 0; i < 4; ++i) {
          const bool is_bright = tile == 0 || (channel == 0 && i == 3);
          pixels.values.push_back(static_cast<float>(((is_bright ? 1.0 : 0.0) - kMean[channel]) / kStd[channel]));
        }
    return pixels;
  }

  Result<FloatArray> view_logits(const Request& request) override {
    if (request.prompt.images.size() != 1) return SampleFailure{request.id, "prefill", "one picture expected"};
    return FloatArray{{4}, {0.5F, -1.0F, 2.5F, 0.0F}};
  }

 private:
  std::optional<Request> answer(const Request& request, GenerationSink& sink) {
    if (behaviour_.dies_after >= 0 && answered_ >= behaviour_.dies_after) throw ModelError("the fake engine broke");
    if (behaviour_.killed_after >= 0 && answered_ >= behaviour_.killed_after) ::kill(::getpid(), SIGKILL);
    if (behaviour_.delay_ms > 0) std::this_thread::sleep_for(std::chrono::milliseconds(behaviour_.delay_ms));
    if (calls_ >= 0) {
      const std::string line = request.id + "\n";
      if (::write(calls_, line.data(), line.size()) < 0) throw ModelError("the calls file cannot be written");
    }
    ++answered_;
    return sink.finish(request.id, behaviour_.answer(request));
  }

  FakeBehaviour behaviour_;
  ModelCard card_;
  int calls_ = -1;
  std::int64_t answered_ = 0;
};

Generation generation_of(std::string reply, const Request& request) {
  Generation generation;
  for (const char c : reply) generation.token_ids.push_back(static_cast<unsigned char>(c));
  generation.reply = std::move(reply);
  generation.prompt_token_count = 20;
  generation.tile_count = static_cast<std::int64_t>(request.prompt.images.size());
  for (const auto& image : request.prompt.images) generation.image_digests.push_back(image.key);
  generation.prompt_digest = "none";
  generation.times = {1, 2, 3, 4, 5};
  return generation;
}

/// One request in `one_in`, by its id alone.
bool is_chosen(const Request& request, unsigned one_in) {
  const std::string hex = digest_of(request.id).substr(0, 8);
  return std::strtoul(hex.c_str(), nullptr, 16) % one_in == 0;
}

bool is_rank(std::string_view number) {
  const char* rank = std::getenv("OMPI_COMM_WORLD_RANK");
  return rank != nullptr && rank == number;
}

int number_in(const std::string& name) {
  const auto colon = name.find(':');
  int number = 0;
  if (colon == std::string::npos ||
      std::from_chars(name.data() + colon + 1, name.data() + name.size(), number).ptr != name.data() + name.size())
    throw ConfigError(fmt::format("\"{}\": a number belongs behind the colon", name));
  return number;
}

}  // namespace

std::unique_ptr<Vlm> make_fake_vlm(FakeBehaviour behaviour) { return std::make_unique<FakeVlm>(std::move(behaviour)); }

Result<Generation> oracle_answer(const Request& request) {
  const std::string& text = request.prompt.turns.back().parts.back().text;
  const auto begin = text.find("Say ") + 4;
  return generation_of(text.substr(begin, text.find('.', begin) - begin), request);
}

Result<Generation> digest_answer(const Request& request) {
  std::string shown;
  for (const auto& turn : request.prompt.turns) {
    shown += fmt::format("<{}>", static_cast<int>(turn.role));
    for (const auto& part : turn.parts) shown += part.is_image() ? request.prompt.images.at(part.image_index).key : part.text;
  }
  return generation_of(digest_of(shown).substr(0, 12), request);
}

Result<Generation> flaky_answer(const Request& request, unsigned one_in) {
  if (is_chosen(request, one_in)) return SampleFailure{request.id, "decode", "the picture is cut short"};
  return oracle_answer(request);
}

Result<Generation> wrong_answer(const Request& request, unsigned one_in) {
  auto generation = oracle_answer(request);
  if (is_chosen(request, one_in)) generation->reply.front() = 'v';
  return generation;
}

std::unique_ptr<Vlm> open_fake_vlm(const std::string& name, const VlmOptions& options) {
  FakeBehaviour behaviour;
  behaviour.answer = oracle_answer;
  behaviour.batch = options.batch;
  if (const char* file = std::getenv("ASSAY_FAKE_CALLS")) behaviour.calls_file = file;
  if (name == "constant") {
    behaviour.answer = [](const Request& request) { return Result<Generation>(generation_of("w1", request)); };
  } else if (name == "digest") {
    behaviour.answer = digest_answer;
  } else if (name.starts_with("flaky:")) {
    behaviour.answer = [one_in = static_cast<unsigned>(number_in(name))](const Request& r) { return flaky_answer(r, one_in); };
  } else if (name.starts_with("wrong:")) {
    behaviour.answer = [one_in = static_cast<unsigned>(number_in(name))](const Request& r) { return wrong_answer(r, one_in); };
    behaviour.weights = name;
  } else if (name.starts_with("slow:")) {
    behaviour.delay_ms = number_in(name);
  } else if (name.starts_with("dying:")) {
    behaviour.dies_after = number_in(name);
  } else if (name.starts_with("killed:")) {
    const char* rank = std::getenv("ASSAY_FAKE_KILLED");
    behaviour.delay_ms = 5;
    if (is_rank(rank == nullptr ? "1" : rank)) behaviour.killed_after = number_in(name);
  } else if (name.starts_with("late:")) {
    if (!is_rank("0")) std::this_thread::sleep_for(std::chrono::milliseconds(number_in(name)));
  } else if (name == "buggy") {
    behaviour.answer = [](const Request&) -> Result<Generation> { throw InternalError("the fake lost count"); };
  } else if (name == "other-weights") {
    behaviour.weights = "others";
  } else if (name == "unreadable-weights") {
    behaviour.weights.clear();
  } else if (name != "oracle") {
    throw ConfigError(fmt::format("\"{}\": there is no such fake", name));
  }
  return make_fake_vlm(std::move(behaviour));
}

CheckpointReport inspect_fake(const std::string& name) {
  if (name == "nowhere") throw ConfigError("\"nowhere\": there is no checkpoint folder");
  CheckpointReport report;
  report.family = "fake";
  report.layout = "none";
  report.dtype = "float32";
  report.parameter_count = 1000;
  report.weight_bytes = 4000;
  return report;
}

RequestCost fake_cost(const std::string& name, const VlmOptions& options, std::span<const Request> sample) {
  if (name == "unreadable-weights") throw ModelError(fmt::format("none of {} samples tried can be made ready for the model", sample.size()));
  RequestCost cost;
  cost.requests_seen = static_cast<std::int64_t>(sample.size());
  cost.requests_timed = cost.step_replies = options.batch;
  cost.has_all_layers = name != "slow:2";
  cost.tiles = 5;
  cost.prompt_tokens = 100;
  cost.prepare_ms = cost.encode_ms = cost.step_ms = 10;
  cost.prefill_ms = 1;
  return cost;
}

}  // namespace assay::testing
