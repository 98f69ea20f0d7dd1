#pragma once

namespace assay {

/// To be called before LibTorch's first matrix product: has its products in float32 give a row the same bits however many rows stand beside it.
///
/// On Intel's processors MKL, which computes them, takes other kernels by the number of rows, and some of those sum in another order; its strict mode does
/// not. On others it is left off: AMD's have a row's bits without it, and with it, on two threads, not for sixteen outputs. MKL_CBWR from outside is left as it is.
/// Source   oneMKL Developer Guide, "Getting Reproducible Results", strict CNR mode
void demand_strict_products();

}  // namespace assay
