#pragma once

namespace assay {

/// From the first call on, LibTorch's compute threads fall asleep soon when they wait for each other.
///
/// GNU's OpenMP spins some milliseconds at the end of every parallel region, and a model has hundreds of regions a token. On a machine that
/// others use too, a thread that spins keeps the one that it waits for from running: a run took 38 s in place of 1.5 s. OpenMP does spin
/// only briefly once it knows more threads than cores, so this keeps a second team of as many threads as there are cores that does nothing.
/// Source   GCC libgomp/team.c, gomp_managed_threads, and libgomp/config/linux/wait.h, do_spin: gomp_throttled_spin_count_var
void keep_waits_short();

}  // namespace assay
