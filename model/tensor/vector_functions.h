#pragma once

namespace assay {

/// To be called before the first cosine or sine of a tensor: has oneMKL choose its kernels for them now, by this thread alone.
///
/// LibTorch takes both from oneMKL, which chooses a function's kernel in the function's first call. When that call is made by several threads at once, as
/// on a tensor of some thousand values, a thread now and then runs one of low accuracy for its whole share: on a crowded machine the first prompt of one
/// process in a hundred had other likelihoods (by 0.0006, in float32).
/// Source   https://github.com/pytorch/pytorch/issues/188792; seen with oneMKL 2024.2
void choose_vector_functions();

}  // namespace assay
