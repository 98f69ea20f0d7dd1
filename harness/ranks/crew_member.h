#pragma once
#include <cstdint>
#include <deque>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "harness/ranks/connection.h"
#include "harness/ranks/messages.h"
#include "harness/work.h"

namespace assay {

/// A rank other than 0: it asks what rank 0 hands it.
class CrewMember {
 public:
  explicit CrewMember(Connection to_rank_0) : connection_(std::move(to_rank_0)) {}

  /// `should_stop` is asked now and then; a rank that stops by itself leaves its samples to the others.
  void stop_when(std::function<bool()> should_stop) { should_stop_ = std::move(should_stop); }

  /// The folder of the next run, runs left out that were over before this rank came to them; nothing: there is none. Throws ModelError when
  /// rank 0 is gone.
  [[nodiscard]] std::optional<std::filesystem::path> next_run();
  /// The work of that run. Its journal is then to be flushed and closed, and report_end() called.
  [[nodiscard]] Work& work() noexcept { return work_; }
  /// Throws ModelError when rank 0 is gone.
  void report_end(std::int64_t peak_memory_bytes);

  /// Ends the run for all ranks, where it is not over, and waits until it is. False when rank 0 is gone, so that nobody has heard it.
  bool report_error(int exit_code, const std::string& message);

 private:
  class HandedWork final : public Work {
   public:
    explicit HandedWork(CrewMember& member) : member_(member) {}
    std::optional<PlanPlace> next() override;
    void conclude(PlanPlace place, const std::optional<std::string>& failure) override;
    [[nodiscard]] bool must_end() override;
    [[nodiscard]] bool wait_for_more() override;
    void begin();

   private:
    void ask(std::string_view word);
    CrewMember& member_;
    std::deque<PlanPlace> hand_;
    bool is_ended_ = false;
  };

  void say(std::string_view word, std::string_view rest = "");
  [[nodiscard]] std::optional<Message> hear(int wait_ms);
  [[nodiscard]] bool stops() const { return should_stop_ && should_stop_(); }
  void throw_if_alone() const;

  Connection connection_;
  std::function<bool()> should_stop_;
  std::int64_t run_ = 0;
  bool is_over_ = false;   ///< rank 0 has said so, or is gone
  bool is_alone_ = false;  ///< rank 0 is gone, and has not said so
  HandedWork work_{*this};
};

}  // namespace assay
