#include <csignal>

/// Dies while it is loaded, before anybody asks it anything.
namespace {
const int kCrash = std::raise(SIGSEGV);
}

extern "C" const void* assay_plugin() { return &kCrash; }
