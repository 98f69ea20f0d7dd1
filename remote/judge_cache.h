#pragma once
#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace assay {

/// A judge's answer, and what the endpoint said of it.
struct JudgeAnswer {
  std::string id;     ///< of the question that was asked first; questions of equal text share an answer
  std::string reply;
  std::string model;         ///< asked for
  std::string served_model;  ///< as the endpoint says; empty: it does not
  std::int64_t prompt_tokens = -1, completion_tokens = -1;
};

/// Answers by the content of their questions: model, messages, limit and temperature, digested. A file of JSON lines that only grows; since each line has
/// `id` and `reply`, it is also a file of recorded replies. Lines that are cut short or damaged are left aside.
class JudgeCache {
 public:
  /// In memory alone.
  JudgeCache() = default;
  /// Throws   ConfigError for a file that cannot be opened, DataError for one that is something else
  explicit JudgeCache(const std::filesystem::path& path);
  ~JudgeCache();
  JudgeCache(const JudgeCache&) = delete;
  JudgeCache& operator=(const JudgeCache&) = delete;

  [[nodiscard]] const JudgeAnswer* find(const std::string& key) const;
  /// Which model has answered for `model` so far; empty: nobody knows.
  [[nodiscard]] std::string served_model_of(std::string_view model) const;
  /// In the file when it returns. Throws ModelError for a full or broken disk.
  void add(const std::string& key, JudgeAnswer answer);
  [[nodiscard]] std::int64_t damaged_lines() const noexcept { return damaged_lines_; }

 private:
  std::map<std::string, JudgeAnswer> answers_;
  std::int64_t damaged_lines_ = 0;
  std::filesystem::path path_;
  int file_ = -1;
};

}  // namespace assay
