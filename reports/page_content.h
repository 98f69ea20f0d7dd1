#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include "reports/roofline.h"
#include "reports/run_record.h"
#include "reports/run_timing.h"
#include "reports/sample_record.h"

/// What an HTML page shows beside its record's numbers. Every part may be empty: the page leaves it out.
namespace assay {

/// One member of the runs' manifests.
struct ManifestRow {
  std::string name;
  std::vector<std::string> values;  ///< one for each run, in their order; empty: that run lacks it
};

/// One sample in every run.
struct PageSample {
  std::string benchmark, profile;
  std::vector<SampleRecord> records;  ///< one for each run, in their order; an empty id: that run lacks the sample
  std::vector<SampleText>
      texts;  ///< likewise; may be empty. Prompt, references and pictures are taken from the first that has them
};

struct PageContent {
  std::vector<std::string> runs;   ///< names, in the order of all that follows; a gate's are baseline and candidate
  std::vector<RunTiming> timings;  ///< one for each run, or none; all zeros: not known
  std::vector<RunRecord> results;  ///< one for each run, or none: failures by state come from them
  std::vector<ManifestRow> manifest;
  std::vector<PageSample> samples;
  Roofline roofline;               ///< of stages that were timed apart from the runs
  std::int64_t pictures_left_out = 0;  ///< of samples whose thumbnails were not even made, to keep a page small
};

}  // namespace assay
