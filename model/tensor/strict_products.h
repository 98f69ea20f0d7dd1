#pragma once

namespace assay {

/// To be called before LibTorch's first matrix product: has its products of eight rows or more in float32 give a row the same bits however many stand beside it.
///
/// On Intel's processors MKL, which computes them, takes other kernels by the number of rows, and some of those sum in another order; its strict mode does
/// not. On others nothing is done: there MKL has one kind of kernel, and it is the strict mode that would let narrow products differ by the number of rows.
/// MKL_CBWR from outside is left as it is.
/// Source   oneMKL Developer Guide, "Getting Reproducible Results", strict CNR mode; seen with MKL 2024.2 on a Xeon with AVX-512, on Haswell (emulated) and on Zen 4
void demand_strict_products();

}  // namespace assay
