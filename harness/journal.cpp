#include "harness/journal.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <condition_variable>
#include <cstring>
#include <mutex>
#include <optional>
#include <string_view>
#include <thread>

#include "harness/base/error.h"
#include "harness/base/number.h"

namespace assay {
namespace {

using Clock = std::chrono::steady_clock;
using std::chrono::milliseconds;

constexpr auto kLongestWait = milliseconds(5);    ///< between append and write
constexpr auto kShortestGap = milliseconds(1);    ///< between two writes on the appending thread
constexpr auto kSyncEvery = milliseconds(200);    ///< group fsync
constexpr std::size_t kFullBuffer = 256 * 1024;   ///< bytes

constexpr std::string_view kPrefix = "journal-", kSuffix = ".jsonl";

/// n of "journal-<n>.jsonl".
std::optional<int> number_of(const std::filesystem::path& path) {
  const std::string name = path.filename().string();
  if (!name.starts_with(kPrefix) || !name.ends_with(kSuffix) || name.size() < kPrefix.size() + kSuffix.size()) return std::nullopt;
  return parse_number<int>(std::string_view(name).substr(kPrefix.size(), name.size() - kPrefix.size() - kSuffix.size()));
}

std::vector<std::pair<int, std::filesystem::path>> numbered_journals(const std::filesystem::path& folder) {
  std::vector<std::pair<int, std::filesystem::path>> found;
  for (const auto& entry : std::filesystem::directory_iterator(folder))
    if (const auto number = number_of(entry.path())) found.emplace_back(*number, entry.path());
  std::sort(found.begin(), found.end());
  return found;
}

ModelError disk_refuses(const std::string& name, int error) {
  return ModelError(fmt::format("{}: cannot write: {}; what was written before is safe: make room and start the same command again",
                                name, std::strerror(error)));
}

std::pair<int, std::string> create_next(const std::filesystem::path& folder) {
  const auto existing = numbered_journals(folder);
  for (int number = existing.empty() ? 1 : existing.back().first + 1;; ++number) {
    const auto path = folder / fmt::format("{}{}{}", kPrefix, number, kSuffix);
    const int descriptor = ::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_APPEND | O_CLOEXEC, 0644);
    if (descriptor >= 0) return {descriptor, path.string()};
    if (errno != EEXIST) throw disk_refuses(path.string(), errno);
  }
}

std::optional<JournalRecord> record_or_note(std::string_view line, std::string_view where, std::vector<std::string>& notes) {
  try {
    return parse_record(line, where);
  } catch (const DataError& error) {
    notes.push_back(fmt::format("{}; its sample is done again", error.what()));
    return std::nullopt;
  }
}

}  // namespace

struct JournalWriter::State {
  State(int fd, std::string file_name) : descriptor(fd), name(std::move(file_name)), flusher([this] { flush_until_closed(); }) {}

  ~State() {
    {
      const std::lock_guard lock(mutex);
      is_closing = true;
    }
    wakeup.notify_one();
    flusher.join();
    ::close(descriptor);
  }

  void append(const JournalRecord& record) {
    const std::lock_guard lock(mutex);
    throw_if_refused();
    const bool was_empty = pending.empty(), was_synced = !is_unsynced;
    writer.append(record, pending);
    // A slow model's record goes out at once; a fast one's share a write.
    if (pending.size() >= kFullBuffer || Clock::now() - last_write >= kShortestGap) write_pending();
    if ((was_empty && !pending.empty()) || (was_synced && is_unsynced)) wakeup.notify_one();
    throw_if_refused();
  }

  void flush() {
    std::unique_lock lock(mutex);
    synced.wait(lock, [this] { return !is_syncing; });  // what it may be refused, this call has to tell
    write_pending();
    sync();
    throw_if_refused();
  }

 private:
  void throw_if_refused() const {
    if (refusal != 0) throw disk_refuses(name, refusal);
  }

  void write_pending() {
    std::size_t done = 0;
    while (done < pending.size() && refusal == 0) {
      const auto wrote = ::write(descriptor, pending.data() + done, pending.size() - done);
      if (wrote < 0 && errno == EINTR) continue;
      if (wrote < 0) refusal = errno;
      else done += static_cast<std::size_t>(wrote);
    }
    if (done > 0) is_unsynced = true;
    pending.clear();
    last_write = Clock::now();
  }

  void sync() {
    if (!is_unsynced || refusal != 0) return;
    is_unsynced = false;
    if (::fdatasync(descriptor) != 0 && errno != EINVAL && errno != EROFS) refusal = errno;  // EINVAL: a pipe or a device
    last_sync = Clock::now();
  }

  void flush_until_closed() {
    std::unique_lock lock(mutex);
    while (!is_closing) {
      if (pending.empty() && !is_unsynced) wakeup.wait(lock);
      else wakeup.wait_for(lock, pending.empty() ? kSyncEvery : kLongestWait);
      if (!pending.empty() && Clock::now() - last_write >= kLongestWait) write_pending();
      if (Clock::now() - last_sync >= kSyncEvery) sync_unlocked(lock);
    }
    write_pending();
    sync();
  }

  /// Appending goes on while the disk works.
  void sync_unlocked(std::unique_lock<std::mutex>& lock) {
    if (!is_unsynced || refusal != 0) return;
    is_unsynced = false;
    is_syncing = true;
    lock.unlock();
    const bool failed = ::fdatasync(descriptor) != 0 && errno != EINVAL && errno != EROFS;
    const int error = errno;
    lock.lock();
    if (failed) refusal = error;
    is_syncing = false;
    synced.notify_all();
    last_sync = Clock::now();
  }

  int descriptor;
  std::string name;
  std::mutex mutex;
  std::condition_variable wakeup;  ///< there is something for the flusher to do
  std::condition_variable synced;  ///< the flusher is back from the disk
  RecordWriter writer;
  std::string pending;
  int refusal = 0;  ///< errno of the write that failed; nothing is written after it
  bool is_unsynced = false;
  bool is_syncing = false;  ///< the flusher is at the disk, without the mutex
  bool is_closing = false;
  Clock::time_point last_write{}, last_sync{};
  std::thread flusher;  ///< last: it uses all of the above
};

JournalWriter::JournalWriter(const std::filesystem::path& folder) {
  auto [descriptor, name] = create_next(folder);
  state_ = std::make_unique<State>(descriptor, std::move(name));
}
JournalWriter::JournalWriter(int descriptor, std::string name) : state_(std::make_unique<State>(descriptor, std::move(name))) {}
JournalWriter::~JournalWriter() = default;
void JournalWriter::append(const JournalRecord& record) { state_->append(record); }
void JournalWriter::flush() { state_->flush(); }

JournalFiles::JournalFiles(const std::filesystem::path& folder, int after) : last_number_(after) {
  for (auto& [number, path] : numbered_journals(folder)) {
    if (number <= after) continue;
    paths_.push_back(std::move(path));
    last_number_ = number;
  }
}

std::vector<std::string> JournalFiles::for_each(const std::function<void(const JournalRecord&, RecordPlace)>& take) const {
  std::vector<std::string> notes;
  for (std::size_t file = 0; file < paths_.size(); ++file) {
    std::ifstream stream(paths_[file], std::ios::binary);
    if (!stream) throw DataError(fmt::format("{}: cannot open this journal: {}", paths_[file].string(), std::strerror(errno)));
    std::string line;
    std::uint64_t offset = 0;
    for (int number = 1; std::getline(stream, line); ++number) {
      const std::string where = fmt::format("{}:{}", paths_[file].string(), number);
      std::optional<JournalRecord> record;
      if (stream.eof()) {  // no '\n' behind it
        notes.push_back(fmt::format("{}: the last line was cut short when the run was killed; its sample is done again", where));
      } else {
        record = record_or_note(line, where, notes);
      }
      if (record) take(*record, {static_cast<std::uint32_t>(file), offset, static_cast<std::uint32_t>(line.size())});
      offset += line.size() + 1;
    }
    if (stream.bad()) throw DataError(fmt::format("{}: cannot read this journal: {}", paths_[file].string(), std::strerror(errno)));
  }
  return notes;
}

JournalRecord JournalFiles::read(RecordPlace place) {
  const auto& path = paths_.at(place.file);
  if (opened_file_ != place.file) {
    opened_ = std::ifstream(path, std::ios::binary);
    opened_file_ = place.file;
  }
  std::string line(place.length, '\0');
  opened_.clear();
  opened_.seekg(static_cast<std::streamoff>(place.offset));
  if (!opened_.read(line.data(), static_cast<std::streamsize>(line.size())))
    throw DataError(fmt::format("{}: cannot read the record at byte {}", path.string(), place.offset));
  return parse_record(line, fmt::format("{}: byte {}", path.string(), place.offset));
}

}  // namespace assay
