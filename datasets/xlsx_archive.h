#pragma once
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace assay {

/// The XML parts of an Office file (a ZIP archive), each read as a stream of events: memory does not grow with a part.
class XlsxArchive {
 public:
  /// `most_part_bytes` is what a part may hold when unpacked. Throws DataError for what is no ZIP archive.
  XlsxArchive(std::filesystem::path path, std::uint64_t most_part_bytes);
  ~XlsxArchive();
  XlsxArchive(const XlsxArchive&) = delete;
  XlsxArchive& operator=(const XlsxArchive&) = delete;

  struct Attribute {
    std::string_view name;  ///< without its namespace
    std::string_view value;
  };
  /// Elements are named without their namespace.
  struct Events {
    std::function<void(std::string_view name, const std::vector<Attribute>& attributes)> begin;
    std::function<void(std::string_view name)> end;
    std::function<void(std::string_view text)> text;
  };

  [[nodiscard]] bool has(const std::string& part) const;
  /// Throws DataError "file: part: ..." for XML or ZIP data that is broken, for a part that is not there or unpacks to too much, and for a document
  /// type (no spreadsheet has one; attacks do). What an event throws comes through.
  void read(const std::string& part, const Events& events) const;

  /// Where a part's relations lead: the target of the first whose type ends in `type`, as a part's name.
  [[nodiscard]] std::optional<std::string> relation_of_type(const std::string& part, std::string_view type) const;
  [[nodiscard]] std::optional<std::string> relation_of_id(const std::string& part, std::string_view id) const;

  [[nodiscard]] std::string where(const std::string& part) const;

 private:
  struct Relation {
    std::string id, type, target;
  };
  [[nodiscard]] std::vector<Relation> relations_of(const std::string& part) const;

  std::filesystem::path path_;
  std::uint64_t most_part_bytes_;
  struct Zip;
  std::unique_ptr<Zip> zip_;
};

}  // namespace assay
