#pragma once
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "benchmarks/catalog.h"
#include "harness/run_page.h"
#include "model/checkpoint_report.h"
#include "model/request_cost.h"
#include "model/vlm.h"

namespace assay {

/// What the command line works with. main.cpp fills in the real ones; tests run the whole program on benchmarks and models of theirs.
struct Program {
  std::span<const BenchmarkEntry> catalog;
  std::unique_ptr<Vlm> (*open_model)(const std::string& path, const VlmOptions& options) = nullptr;
  CheckpointReport (*inspect_checkpoint)(const std::string& path) = nullptr;
  RequestCost (*measure_cost)(const std::string& path, const VlmOptions& options, std::span<const Request> sample) = nullptr;
  std::vector<FamilyName> (*model_families)() = nullptr;
  ThumbnailMaker make_thumbnail = nullptr;  ///< for pages; null: they show no pictures
  std::vector<std::string> command;  ///< as it was called, for the hint how to go on
};

/// Runs one verb and returns the exit code; errors go to stderr as `assay: <message>`.
int run_program(int argc, const char* const* argv, Program program);

}  // namespace assay
