#pragma once
#include <sys/socket.h>

#include <array>

#include "harness/base/error.h"
#include "harness/ranks/connection.h"

namespace assay::testing {

struct Ends {
  Connection one, other;
};

/// Two ends of a connection in this process.
inline Ends connected() {
  std::array<int, 2> ends{};
  if (::socketpair(AF_UNIX, SOCK_STREAM, 0, ends.data()) != 0) throw InternalError("no sockets");
  return {Connection(ends[0]), Connection(ends[1])};
}

}  // namespace assay::testing
