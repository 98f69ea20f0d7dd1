#include "model/tensor/work_pool.h"

#include <gtest/gtest.h>

#include <chrono>
#include <map>
#include <mutex>
#include <stdexcept>
#include <thread>
#include <vector>

namespace assay {
namespace {

TEST(WorkPool, DoesEveryPartOnce) {
  for (const int threads : {1, 2, 5}) {
    for (const std::int64_t count : {0, 1, 2, 7, 100, 1001}) {
      std::vector<std::atomic<int>> times(static_cast<std::size_t>(count));
      WorkPool::shared().run(count, threads, [&](std::int64_t begin, std::int64_t end) {
        for (auto i = begin; i < end; ++i) ++times[static_cast<std::size_t>(i)];
      });
      for (const auto& n : times) ASSERT_EQ(n, 1) << count << " by " << threads;
    }
  }
}

/// Jobs so short that helpers are always late for some: none may take a piece of the next job for one of the last.
TEST(WorkPool, KeepsShortJobsApart) {
  for (int job = 0; job < 20'000; ++job) {
    const std::int64_t count = 2 + job % 40;
    std::vector<int> out(static_cast<std::size_t>(count), -1);
    WorkPool::shared().run(count, 3, [&](std::int64_t begin, std::int64_t end) {
      for (auto i = begin; i < end; ++i) out[static_cast<std::size_t>(i)] = job;
    });
    for (const auto value : out) ASSERT_EQ(value, job);
    if (job % 1000 == 0) std::this_thread::sleep_for(std::chrono::milliseconds(1));  // helpers fall asleep
  }
}

TEST(WorkPool, DoesWorkWithinWorkInPlace) {
  std::atomic<int> total{0};
  WorkPool::shared().run(8, 3, [&](std::int64_t begin, std::int64_t end) {
    for (auto i = begin; i < end; ++i) WorkPool::shared().run(10, 3, [&](std::int64_t first, std::int64_t last) { total += static_cast<int>(last - first); });
  });
  EXPECT_EQ(total, 80);
}

TEST(WorkPool, ServesSeveralCallers) {
  std::atomic<int> total{0};
  std::vector<std::thread> callers;
  for (int c = 0; c < 3; ++c) {
    callers.emplace_back([&] {
      for (int job = 0; job < 500; ++job)
        WorkPool::shared().run(20, 2, [&](std::int64_t begin, std::int64_t end) { total += static_cast<int>(end - begin); });
    });
  }
  for (auto& caller : callers) caller.join();
  EXPECT_EQ(total, 3 * 500 * 20);
}

/// The same stretch every time, so that what it finds in its core's caches is what it wrote there.
TEST(WorkPool, LetsEachThreadBeginWithAStretchOfItsOwn) {
  for (int region = 0; region < 3; ++region) {
    std::mutex mutex;
    std::map<std::thread::id, std::int64_t> first;
    WorkPool::shared().run(18, 3, [&](std::int64_t begin, std::int64_t) {
      {
        const std::lock_guard lock(mutex);
        first.emplace(std::this_thread::get_id(), begin);
      }
      std::this_thread::sleep_for(std::chrono::milliseconds(10));
    });
    EXPECT_EQ(first.at(std::this_thread::get_id()), 0);
    EXPECT_GT(first.size(), 1U);
    for (const auto& [thread, begin] : first) EXPECT_EQ(begin % 6, 0) << begin;
  }
}

TEST(WorkPool, PassesExceptionsOn) {
  std::atomic<int> done{0};
  const auto work = [&](std::int64_t begin, std::int64_t end) {
    for (auto i = begin; i < end; ++i) {
      if (i == 5) throw std::runtime_error("five");
      ++done;
    }
  };
  EXPECT_THROW(WorkPool::shared().run(12, 2, work), std::runtime_error);
  EXPECT_EQ(done, 11) << "twelve pieces: one fails, the others are done";
  WorkPool::shared().run(3, 2, [&](std::int64_t begin, std::int64_t end) { done += static_cast<int>(end - begin); });
  EXPECT_EQ(done, 14) << "and the pool goes on";
}

}  // namespace
}  // namespace assay
