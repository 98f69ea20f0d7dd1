#include "harness/ranks/crew.h"

#include <fmt/format.h>
#include <poll.h>

#include <algorithm>
#include <utility>

#include "harness/base/error.h"
#include "harness/base/number.h"
#include "harness/ledger_work.h"
#include "harness/progress.h"

namespace assay {
namespace {

constexpr int kLookEveryMs = 20;  ///< at what no message tells of: that the run is to end

std::string time_text(std::chrono::milliseconds time) { return duration_text(std::chrono::duration<double>(time).count()); }

}  // namespace

Crew::Crew(std::vector<Member> members, CrewPatience patience) : patience_(patience) {
  for (auto& member : members) seats_.push_back({std::move(member)});
}

Crew::~Crew() {
  finish();
  for (Seat& seat : seats_)
    if (seat.member.connection.is_open()) seat.member.connection.send("bye");
}

void Crew::begin(const std::filesystem::path& folder, LedgerWork& work) {
  finish();
  ++run_;
  for (Seat& seat : seats_) {
    seat.state = State::kOut;
    seat.peak_memory_bytes = 0;
    if (!seat.member.connection.is_open()) continue;
    seat.state = State::kCalled;
    say(seat, "begin", folder.string(), work);
  }
  is_finishing_ = false;
  is_working_ = true;
  server_ = std::thread([this, &work] { serve(work); });
}

void Crew::finish() {
  is_finishing_ = true;
  if (server_.joinable()) server_.join();
}

std::int64_t Crew::peak_memory_bytes() const {
  std::int64_t bytes = 0;
  for (const Seat& seat : seats_) bytes += seat.peak_memory_bytes;
  return bytes;
}

void Crew::serve(LedgerWork& work) {
  while (true) {
    try {
      const bool ends = is_finishing_ || work.must_end();
      for (Seat& seat : seats_) {
        if (ends) end(seat, work);
        else if (seat.state == State::kIdle) hand_work(seat, work);
      }
      if (is_finishing_ && std::ranges::all_of(seats_, [](const Seat& seat) { return seat.state == State::kOut; })) break;
      wait_for_words();
      for (Seat& seat : seats_) hear(seat, work);
      for (Seat& seat : seats_) look_after(seat, work);
    } catch (const Error& error) {  // a thread has nobody above it
      work.end_with(error.exit_code(), error.what());
    } catch (const std::exception& error) {
      work.end_with(InternalError("").exit_code(), error.what());
    }
  }
  is_working_ = false;
}

void Crew::wait_for_words() const {
  std::vector<pollfd> waiting;
  for (const Seat& seat : seats_)
    if (seat.member.connection.is_open()) waiting.push_back({seat.member.connection.descriptor(), POLLIN, 0});
  ::poll(waiting.data(), waiting.size(), kLookEveryMs);
}

void Crew::hear(Seat& seat, LedgerWork& work) {
  std::string text;
  while (seat.member.connection.is_open()) {
    const auto got = seat.member.connection.receive(text, 0);
    if (got == Connection::Got::kNothing) return;
    const auto message = got == Connection::Got::kMessage ? parse_message(text) : std::nullopt;
    if (!message) return lose(seat, work);
    seat.break_silence();
    heed(seat, *message, work);
  }
}

/// A rank that dies closes its connection; one that hangs does not.
void Crew::look_after(Seat& seat, LedgerWork& work) {
  const auto silence = Clock::now() - seat.silent_since;
  Member& member = seat.member;
  if (seat.state == State::kEnding && silence >= patience_.to_end) {
    work.note(fmt::format("rank {} on {} has not ended within {} and counts as gone; kill -9 {} there if it hangs", member.rank, member.host, time_text(patience_.to_end),
                          member.process));
    member.connection.send("bye");  // should it wake up
    return lose(seat, work);
  }
  if (seat.state != State::kAsking || silence < patience_.to_note || seat.is_silence_noted) return;
  seat.is_silence_noted = true;
  work.note(fmt::format("rank {} on {} has said nothing for {}; if it hangs, kill -9 {} there, and the others do what it has", member.rank, member.host,
                        time_text(patience_.to_note), member.process));
}

void Crew::heed(Seat& seat, const Message& message, LedgerWork& work) {
  if (message.word == "error") {
    seat.state = State::kOut;
    return work.end_with(static_cast<int>(message.number), fmt::format("rank {} on {}: {}", seat.member.rank, seat.member.host, message.rest));
  }
  if (message.number != run_ || seat.state == State::kOut) return;  // of a run that is over
  if (message.word == "done" || message.word == "failed") return conclude(seat, message, work);
  if (message.word == "flushed") {
    seat.peak_memory_bytes = parse_number<std::int64_t>(message.rest).value_or(0);
    if (seat.state != State::kEnding) return lose(seat, work);  // it was told to stop, and not by us
    seat.state = State::kOut;
  }
  if (seat.state == State::kEnding) return;  // it will read that next
  if (message.word == "idle") seat.state = State::kIdle;
  if (message.word != "more") return;
  seat.state = State::kAsking;
  hand_work(seat, work);
}

void Crew::conclude(const Seat& seat, const Message& message, LedgerWork& work) const {
  std::string_view rest = message.rest;
  const auto places = parse_places(take_word(rest));
  if (places.size() != 1) throw InternalError(fmt::format("rank {} said \"{} {}\"", seat.member.rank, message.word, message.rest));
  const auto failure = message.word == "failed" ? std::optional<std::string>(rest) : std::nullopt;
  work.conclude_for(seat.member.rank, places.front(), failure);
}

void Crew::hand_work(Seat& seat, LedgerWork& work) {
  const auto places = work.take_for(seat.member.rank);
  if (places.empty()) {
    if (seat.state == State::kAsking) say(seat, "none", "", work);
    return;
  }
  seat.state = State::kAsking;
  say(seat, "work", places_text(places), work);
}

void Crew::end(Seat& seat, LedgerWork& work) {
  if (seat.state == State::kOut || seat.state == State::kEnding) return;
  // Who has not come yet has no record: nobody waits for it.
  seat.state = seat.state == State::kCalled ? State::kOut : State::kEnding;
  say(seat, "end", "", work);
}

void Crew::say(Seat& seat, std::string_view word, std::string_view rest, LedgerWork& work) {
  seat.break_silence();
  if (!seat.member.connection.send(message_text(word, run_, rest))) lose(seat, work);
}

void Crew::lose(Seat& seat, LedgerWork& work) {
  const bool had_work = seat.state != State::kOut && seat.state != State::kCalled;
  seat.state = State::kOut;
  seat.member.connection.close();
  const auto back = had_work ? work.lose(seat.member.rank) : 0;
  work.note(fmt::format("rank {} on {} is gone; {}", seat.member.rank, seat.member.host,
                        back > 0 ? fmt::format("the {} samples it had go to the others", back) : "it had no samples"));
}

}  // namespace assay
