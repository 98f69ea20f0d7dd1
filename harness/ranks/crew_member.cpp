#include "harness/ranks/crew_member.h"

#include <fmt/format.h>

#include "harness/base/error.h"

namespace assay {
namespace {

constexpr int kLookEveryMs = 100;  ///< at what no message tells of: signals

}  // namespace

std::optional<std::filesystem::path> CrewMember::next_run() {
  while (!stops()) {
    const auto message = hear(kLookEveryMs);
    throw_if_alone();
    if (!message) continue;
    if (message->word == "bye") return std::nullopt;
    if (message->word != "begin") continue;  // the end of a run that this rank was late for
    run_ = message->number;
    work_.begin();
    return message->rest;
  }
  return std::nullopt;
}

void CrewMember::report_end(std::int64_t peak_memory_bytes) {
  say("flushed", fmt::format("{}", peak_memory_bytes));
  throw_if_alone();
}

bool CrewMember::report_error(int exit_code, const std::string& message) {
  if (is_alone_ || !connection_.send(message_text("error", exit_code, message))) return false;
  for (std::optional<Message> answer; !is_alone_ && !stops(); answer = hear(kLookEveryMs))
    if (answer && answer->word == "bye") break;
  return true;
}

void CrewMember::say(std::string_view word, std::string_view rest) {
  if (!is_alone_ && !connection_.send(message_text(word, run_, rest))) is_alone_ = true;
}

std::optional<Message> CrewMember::hear(int wait_ms) {
  std::string text;
  const auto got = is_alone_ ? Connection::Got::kClosed : connection_.receive(text, wait_ms);
  if (got == Connection::Got::kNothing) return std::nullopt;
  auto message = got == Connection::Got::kMessage ? parse_message(text) : std::nullopt;
  if (!message) is_alone_ = true;
  return message;
}

void CrewMember::throw_if_alone() const {
  if (is_alone_) throw ModelError("rank 0 is gone, and with it the ledger of who does what; what is done is kept, and the same command goes on");
}

void CrewMember::HandedWork::begin() {
  hand_.clear();
  is_ended_ = false;
}

/// Asks and waits until rank 0 has said what to do.
void CrewMember::HandedWork::ask(std::string_view word) {
  member_.say(word);
  while (!is_ended_ && !member_.is_alone_ && !member_.stops()) {
    const auto message = member_.hear(kLookEveryMs);
    if (!message || message->number != member_.run_) continue;
    if (message->word == "end") is_ended_ = true;
    if (message->word == "none") return;
    if (message->word != "work") continue;
    const auto places = parse_places(message->rest);
    hand_.assign(places.begin(), places.end());
    return;
  }
}

std::optional<PlanPlace> CrewMember::HandedWork::next() {
  if (hand_.empty()) ask("more");
  if (hand_.empty()) return std::nullopt;
  const PlanPlace place = hand_.front();
  hand_.pop_front();
  return place;
}

void CrewMember::HandedWork::conclude(PlanPlace place, const std::optional<std::string>& failure) {
  const std::string which = places_text({place});
  member_.say(failure ? "failed" : "done", failure ? fmt::format("{} {}", which, *failure) : which);
}

bool CrewMember::HandedWork::must_end() {
  if (is_ended_ || member_.is_alone_) return true;
  // Nothing was asked: what comes can only be the end.
  if (const auto message = member_.hear(0); message && message->number == member_.run_ && message->word == "end") is_ended_ = true;
  return is_ended_ || member_.is_alone_ || member_.stops();
}

bool CrewMember::HandedWork::wait_for_more() {
  if (!must_end() && hand_.empty()) ask("idle");
  return !is_ended_ && !member_.is_alone_ && !member_.stops() && !hand_.empty();
}

}  // namespace assay
