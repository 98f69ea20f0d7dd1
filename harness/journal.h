#pragma once
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "harness/journal_record.h"

namespace assay {

/// Where a record lies.
struct RecordPlace {
  std::uint32_t file = 0;  ///< index into JournalFiles::paths
  std::uint64_t offset = 0;
  std::uint32_t length = 0;  ///< without the '\n'
};

/// Appends records to a file of its own, journal-<n>.jsonl. A record reaches the system within a few milliseconds, in whole lines and
/// one write; the disk is asked to hold them about five times a second and at the end. A kill loses only what had not been written.
///
/// Throws ModelError (the run is incomplete, exit code 4) when the disk refuses; nothing is appended behind a torn line.
class JournalWriter {
 public:
  /// Creates the next journal in `folder`; never opens one that exists.
  explicit JournalWriter(const std::filesystem::path& folder);
  /// Writes to `descriptor`, which it closes; `name` is for messages.
  JournalWriter(int descriptor, std::string name);
  ~JournalWriter();
  JournalWriter(const JournalWriter&) = delete;
  JournalWriter& operator=(const JournalWriter&) = delete;

  /// Any thread.
  void append(const JournalRecord& record);
  /// Everything appended so far is on disk when this returns.
  void flush();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

/// The journals of a run folder, oldest first; those of one start, one a rank, in any order.
class JournalFiles {
 public:
  /// Those with a number above `after`.
  explicit JournalFiles(const std::filesystem::path& folder, int after = 0);

  /// Hands over each whole record, oldest first. Lines that are torn or damaged are told in sentences and otherwise passed over, so
  /// that their samples are done again.
  std::vector<std::string> for_each(const std::function<void(const JournalRecord&, RecordPlace)>& take) const;

  /// Keeps the journal read last open: reading many in their order is cheap.
  [[nodiscard]] JournalRecord read(RecordPlace place);
  [[nodiscard]] bool empty() const noexcept { return paths_.empty(); }
  [[nodiscard]] int last_number() const noexcept { return last_number_; }

 private:
  std::vector<std::filesystem::path> paths_;
  int last_number_ = 0;
  std::ifstream opened_;
  std::uint32_t opened_file_ = static_cast<std::uint32_t>(-1);
};

}  // namespace assay
