#pragma once

namespace assay {

/// While it lives, LibTorch's operations on this thread use no other one (and thread_count() is 1 here).
class OneThread {
 public:
  OneThread();
  ~OneThread();
  OneThread(const OneThread&) = delete;
  OneThread& operator=(const OneThread&) = delete;

 private:
  int before_;
};

}  // namespace assay
