#include "harness/ranks/keeper.h"

#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <functional>

namespace assay {
namespace {

/// A process that does `body`, as a launcher would start it.
pid_t start(const std::function<void()>& body) {
  const pid_t process = ::fork();
  if (process != 0) return process;
  body();
  ::_exit(0);
}

/// 128 and the signal's number for one that was killed, as a shell has it.
int exit_code_of(pid_t process) {
  int status = 0;
  while (::waitpid(process, &status, 0) < 0 && errno == EINTR) {
  }
  return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

TEST(Keeper, EndsAsTheOneItKeeps) {
  const auto ends_with_7 = [] {
    const Keeper keeper;
    ::_exit(7);
  };
  EXPECT_EQ(exit_code_of(start(ends_with_7)), 7);
  EXPECT_EQ(exit_code_of(start([&] {
              ::signal(SIGCHLD, SIG_IGN);
              ends_with_7();
            })),
            7)
      << "from a launcher that ignores its children";
}

TEST(Keeper, EndsWellWhereOneIsKilledThatRankZeroKnowsOf) {
  EXPECT_EQ(exit_code_of(start([] {
              const Keeper keeper;
              ::kill(::getpid(), SIGKILL);
            })),
            128 + SIGKILL);
  EXPECT_EQ(exit_code_of(start([] {
              const Keeper keeper;
              keeper.has_met();
              ::kill(::getpid(), SIGKILL);
            })),
            0);
}

/// Whoever holds the writing end of a pipe is alive: a read from the other end waits for all of them to end.
struct Alive {
  Alive() { EXPECT_EQ(::pipe(ends.data()), 0); }
  void say_ready() const { EXPECT_EQ(::write(ends[1], "r", 1), 1); }
  void wait_until_ready() const {
    char word = 0;
    EXPECT_EQ(::read(ends[0], &word, 1), 1);
  }
  void wait_until_all_are_gone() const {
    char word = 0;
    ::close(ends[1]);
    EXPECT_EQ(::read(ends[0], &word, 1), 0);
  }
  std::array<int, 2> ends{};
};

TEST(Keeper, HandsOnSignals) {
  const Alive alive;
  const pid_t keeper = start([&] {
    const Keeper both;
    ::signal(SIGTERM, [](int) { ::_exit(21); });
    ::usleep(200'000);  // for the keeper to be ready too
    alive.say_ready();
    while (true) ::pause();
  });
  alive.wait_until_ready();
  ::kill(keeper, SIGTERM);
  EXPECT_EQ(exit_code_of(keeper), 21);
  alive.wait_until_all_are_gone();
}

TEST(Keeper, TakesTheOtherHalfAlong) {
  const Alive alive;
  const pid_t keeper = start([&] {
    const Keeper both;
    alive.say_ready();
    while (true) ::pause();
  });
  alive.wait_until_ready();
  ::kill(keeper, SIGKILL);
  EXPECT_EQ(exit_code_of(keeper), 128 + SIGKILL);
  alive.wait_until_all_are_gone();
}

}  // namespace
}  // namespace assay
