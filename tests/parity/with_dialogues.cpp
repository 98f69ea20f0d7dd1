#include "dialogues.h"
#include "harness/cli/program.h"
#include "model/image/thumbnail.h"

/// The whole command line with the real engine, and sample dialogues among the benchmarks: what family_runs_test.cpp starts and kills.
int main(int argc, char** argv) {
  return assay::run_program(argc, argv,
                            {assay::testing::catalog_with_dialogues(), assay::open_vlm, assay::inspect_checkpoint, assay::measure_cost, assay::model_families,
                             assay::make_thumbnail, {}});
}
