#pragma once
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "harness/base/result.h"
#include "metrics/score.h"
#include "model/vlm.h"

namespace assay {

/// Everything a finished sample, or a finished turn of a dialogue, leaves behind; one line of a journal (docs/run-directory.md has the members).
struct JournalRecord {
  std::string benchmark;
  std::string id;
  std::string content_key;  ///< digest over what was asked; another key means that the question has changed since
  Result<Generation> generation = SampleFailure{};
  Score score;
  std::string score_error;  ///< why there is a reply but no score; empty: there is one
  std::int64_t turn = 0;    ///< of a dialogue, from 0; only the last turn's record has a score
};

/// Writes records as lines of JSON, each ending with a checksum over what stands before it. Buffers are reused.
class RecordWriter {
 public:
  RecordWriter();
  ~RecordWriter();
  /// Appends one line, '\n' included, to `out`.
  void append(const JournalRecord& record, std::string& out);

 private:
  struct Buffers;
  std::unique_ptr<Buffers> buffers_;
};

/// Reads one line, without its '\n'. Throws DataError that says why it is no record: cut short, checksum, a missing member.
[[nodiscard]] JournalRecord parse_record(std::string_view line, std::string_view where);

}  // namespace assay
