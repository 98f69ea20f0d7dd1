#include "benchmarks/catalog.h"
#include "harness/cli/program.h"
#include "model/checkpoint_report.h"
#include "model/image/thumbnail.h"
#include "model/request_cost.h"
#include "model/vlm.h"

int main(int argc, char** argv) {
  return assay::run_program(argc, argv,
                            {assay::benchmark_catalog(), assay::open_vlm, assay::inspect_checkpoint, assay::measure_cost, assay::model_families,
                             assay::make_thumbnail, {}});
}
