#include "model/tensor/work_pool.h"

#include <algorithm>
#include <chrono>
#include <thread>
#include <utility>

namespace assay {
namespace {

constexpr auto kAlert = std::chrono::microseconds(60);  // how long an idle thread looks before it sleeps: longer than what lies between two regions
constexpr std::int64_t kPiecesAThread = 6;
constexpr std::uint64_t kNoPiece = 0xFFFFFFFF;

thread_local bool is_helper = false;

/// The first piece of one of `stretches` that are alike.
std::int64_t begin_of(int stretch, int stretches, std::int64_t pieces) { return pieces * stretch / stretches; }

void breathe() {
#if defined(__x86_64__)
  __builtin_ia32_pause();
#else
  std::this_thread::yield();
#endif
}

/// True once `is_due` is, false when that takes too long.
template <typename Condition>
bool look_out_for(Condition is_due) {
  const auto end = std::chrono::steady_clock::now() + kAlert;
  do {
    for (int i = 0; i < 32; ++i) {
      if (is_due()) return true;
      breathe();
    }
  } while (std::chrono::steady_clock::now() < end);
  return is_due();
}

}  // namespace

WorkPool& WorkPool::shared() {
  static auto* const pool = new WorkPool;  // never deleted: helpers may look at it until the process has ended
  return *pool;
}

void WorkPool::run(std::int64_t count, int threads, const Work& work) {
  if (count <= 0) return;
  const auto pieces = std::min(count, kPiecesAThread * threads);
  if (threads <= 1 || pieces == 1 || is_helper) return work(0, count);
  std::unique_lock mine(running_, std::try_to_lock);
  if (!mine.owns_lock()) return work(0, count);
  add_helpers(threads - 1);
  ++job_;
  const auto first_ticket = static_cast<std::uint64_t>(job_) << 32;
  const int stretches = static_cast<int>(std::min<std::int64_t>({threads, pieces, kMostStretches}));
  for (int i = 0; i < std::max(stretches, stretches_.load()); ++i) tickets_[static_cast<std::size_t>(i)].next.store(first_ticket | kNoPiece);  // nobody claims while the job is being changed
  work_.store(&work), count_.store(count), pieces_.store(pieces), done_.store(0), wanted_helpers_.store(threads - 1), stretches_.store(stretches);
  for (int i = 0; i < stretches; ++i) tickets_[static_cast<std::size_t>(i)].next.store(first_ticket | static_cast<std::uint64_t>(begin_of(i, stretches, pieces)));
  announced_.store(job_);
  announced_.notify_all();
  is_helper = true;  // what `work` calls in turn is done in place
  take_pieces(job_, 0);
  is_helper = false;
  wait_for(pieces);
  if (auto error = std::exchange(error_, nullptr)) {
    mine.unlock();
    std::rethrow_exception(error);
  }
}

void WorkPool::add_helpers(int count) {
  for (; helper_count_ < count; ++helper_count_) std::thread([this, index = helper_count_] { help(index); }).detach();
}

void WorkPool::help(int index) {
  is_helper = true;
  for (std::uint32_t seen = 0;;) {
    if (!look_out_for([&] { return announced_.load() != seen; })) {
      announced_.wait(seen);
      continue;
    }
    seen = announced_.load();
    if (index < wanted_helpers_.load()) take_pieces(seen, index + 1);
  }
}

void WorkPool::take_pieces(std::uint32_t job, int own) {
  const int stretches = stretches_.load();
  for (int i = 0; i < stretches; ++i) {
    if (!take_stretch(job, (own + i) % stretches)) return;
  }
}

bool WorkPool::take_stretch(std::uint32_t job, int stretch) {
  auto& next = tickets_[static_cast<std::size_t>(stretch)].next;
  for (;;) {
    auto ticket = next.load();
    const auto piece = static_cast<std::int64_t>(ticket & kNoPiece), pieces = pieces_.load(), count = count_.load();
    const auto end = begin_of(stretch + 1, stretches_.load(), pieces);
    const auto* work = work_.load();
    if (ticket >> 32 != job) return false;
    if (piece >= end) return true;
    if (!next.compare_exchange_weak(ticket, ticket + 1)) continue;
    do_piece(*work, count, piece, pieces);
    if (done_.fetch_add(1) + 1 == pieces) done_.notify_one();
  }
}

void WorkPool::do_piece(const Work& work, std::int64_t count, std::int64_t piece, std::int64_t pieces) {
  try {
    work(count * piece / pieces, count * (piece + 1) / pieces);
  } catch (...) {
    const std::lock_guard lock(error_mutex_);
    if (!error_) error_ = std::current_exception();
  }
}

void WorkPool::wait_for(std::int64_t pieces) {
  if (look_out_for([&] { return done_.load() == pieces; })) return;
  for (auto done = done_.load(); done != pieces; done = done_.load()) done_.wait(done);
}

}  // namespace assay
