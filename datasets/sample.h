#pragma once
#include <cstdint>
#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "harness/base/result.h"

namespace assay {

/// Where a picture's bytes lie. Nothing is read until read_image_bytes is called.
struct ImageRef {
  enum class Encoding { kRaw, kBase64, kParquet };
  std::filesystem::path path;
  std::uint64_t offset = 0;  ///< in bytes from the start of `path`; kParquet: the row in the file
  std::uint64_t length = 0;  ///< in bytes, as stored; 0: to the end of the file; kParquet: which of the row's pictures
  Encoding encoding = Encoding::kRaw;
  std::string name;         ///< for messages: file name, or file and row
  std::string stated = {};  ///< as the data set calls the file; empty where the picture lies in a file of the set itself
  std::string column = {};  ///< kParquet: the column

  /// Equal keys promise equal bytes.
  [[nodiscard]] std::string key() const;
  /// Tells the pictures of one data set apart, and is the same wherever the set lies: `stated`, or the place in the set's own file. A file that
  /// nobody stated is told by its path.
  [[nodiscard]] std::string name_in_set() const;
};

/// The encoded picture (JPEG, PNG, ...). A missing file or broken base64 is a failure of that sample. Any thread.
[[nodiscard]] Result<std::string> read_image_bytes(const ImageRef& image);

struct Option {
  std::string letter;  ///< "A"
  std::string text;
};

/// One question as the data set states it. Text is UTF-8, exactly as the reader of the original tool would hand it over.
struct Sample {
  std::string id;     ///< unique within the benchmark
  std::string group;  ///< what is scored together (an MME picture, a circular set); empty: alone
  std::string question;
  std::string hint;
  std::vector<Option> options;
  std::vector<std::string> references;  ///< accepted answers; empty: the split has none
  std::string category;
  std::vector<ImageRef> images;
  std::map<std::string, std::string> fields;  ///< what else the row carries, by column name
};

/// A data set on disk. Memory does not grow with the pictures: rows are found once and read when asked for.
class SampleSource {
 public:
  virtual ~SampleSource() = default;
  [[nodiscard]] virtual std::size_t size() const = 0;
  /// The i-th sample, in file order. Throws DataError that names file and row.
  [[nodiscard]] virtual Sample get(std::size_t i) const = 0;
  /// Of the annotation files' bytes, hexadecimal; for the manifest.
  [[nodiscard]] virtual std::string digest() const = 0;
  /// Files and folders read, for messages and the manifest.
  [[nodiscard]] virtual std::vector<std::filesystem::path> paths() const = 0;
};

}  // namespace assay
