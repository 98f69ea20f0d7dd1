#include "model/tensor/short_waits.h"

#include <algorithm>
#include <atomic>
#include <functional>
#include <latch>
#include <thread>

#ifndef _OPENMP
#error "compile this file with OpenMP"
#endif

namespace assay {
namespace {

/// A team belongs to the thread that made it, which therefore stays for as long as the process.
void hold_team(std::latch& ready) {
  std::atomic<int> members{0};
#pragma omp parallel num_threads(std::max(2, static_cast<int>(std::thread::hardware_concurrency())))
  members.fetch_add(1);  // a region without work could be left out by the compiler
  ready.count_down();
  for (const std::atomic<int> never{0};;) never.wait(0);
}

bool hold_team_by_a_thread() {
  std::latch ready(1);
  std::thread(hold_team, std::ref(ready)).detach();
  ready.wait();
  return true;
}

}  // namespace

void keep_waits_short() { static const bool are_short [[maybe_unused]] = hold_team_by_a_thread(); }

}  // namespace assay
