#include <unistd.h>

/// Ends the process when it is asked for its table.
extern "C" const void* assay_plugin() { _exit(3); }
