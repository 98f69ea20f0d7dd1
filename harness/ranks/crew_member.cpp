#include "harness/ranks/crew_member.h"

#include <fmt/format.h>

#include "harness/base/error.h"

namespace assay {
namespace {

constexpr int kLookEveryMs = 100;            ///< at what no message tells of: signals
constexpr std::size_t kMostWhyBytes = 2000;  ///< of why a sample failed: rank 0 shows a few of them

}  // namespace

std::optional<std::filesystem::path> CrewMember::next_run() {
  while (!stops() && !is_over_) {
    const auto message = hear(kLookEveryMs);
    if (!message || message->word != "begin") continue;
    run_ = message->number;
    work_.begin();
    if (!work_.must_end()) return message->rest;
  }
  if (!stops()) throw_if_alone();
  return std::nullopt;
}

void CrewMember::report_end(std::int64_t peak_memory_bytes) {
  say("flushed", fmt::format("{}", peak_memory_bytes));
  throw_if_alone();
}

bool CrewMember::report_error(int exit_code, const std::string& message) {
  if (!is_over_) connection_.send(message_text("error", exit_code, std::string_view(message).substr(0, Connection::kMostBytes / 2)));
  while (!is_over_ && !stops()) (void)hear(kLookEveryMs);
  return !is_alone_;
}

/// Where nobody is there any more, hear() finds out, and whether rank 0 had said that all is over before it went.
void CrewMember::say(std::string_view word, std::string_view rest) {
  if (!is_over_) connection_.send(message_text(word, run_, rest));
}

std::optional<Message> CrewMember::hear(int wait_ms) {
  if (is_over_) return std::nullopt;
  std::string text;
  const auto got = connection_.receive(text, wait_ms);
  if (got == Connection::Got::kNothing) return std::nullopt;
  auto message = got == Connection::Got::kMessage ? parse_message(text) : std::nullopt;
  is_alone_ = !message;
  is_over_ = is_alone_ || message->word == "bye";
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
  while (!is_ended_ && !member_.is_over_ && !member_.stops()) {
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
  member_.say(failure ? "failed" : "done", failure ? fmt::format("{} {}", which, std::string_view(*failure).substr(0, kMostWhyBytes)) : which);
}

bool CrewMember::HandedWork::must_end() {
  if (is_ended_ || member_.is_over_) return true;
  // Nothing was asked: what comes can only be the end.
  if (const auto message = member_.hear(0); message && message->number == member_.run_ && message->word == "end") is_ended_ = true;
  return is_ended_ || member_.is_over_ || member_.stops();
}

bool CrewMember::HandedWork::wait_for_more() {
  if (!must_end() && hand_.empty()) ask("idle");
  return !is_ended_ && !member_.is_over_ && !member_.stops() && !hand_.empty();
}

}  // namespace assay
