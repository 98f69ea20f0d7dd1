#include "harness/cli/program.h"
#include "tests/fakes/fake_benchmark.h"
#include "tests/fakes/fake_vlm.h"

namespace {
std::vector<assay::FamilyName> fake_families() { return {{"fake", "fake_chat"}}; }
}  // namespace

/// The whole command line on fakes: what the tests run, interrupt and kill.
int main(int argc, char** argv) {
  return assay::run_program(
      argc, argv, {assay::testing::fake_catalog(), assay::testing::open_fake_vlm, assay::testing::inspect_fake, assay::testing::fake_cost, fake_families, nullptr, {}});
}
