#pragma once
#include <string>
#include <string_view>
#include <vector>

namespace assay {

/// text.replace(from, to) on a text that comes in parts: what may still become a match is held back.
class StreamReplace {
 public:
  /// `from` is not empty.
  StreamReplace(std::string from, std::string to) : from_(std::move(from)), to_(std::move(to)) {}
  void push(std::string_view part, std::string& out);
  void finish(std::string& out) { out += held_, held_.clear(); }

 private:
  std::string from_, to_, held_;
};

/// transformers' clean_up_tokenization: takes the space before `. ? ! ,` and before n't 'm 's 've 're, and both around a lone '.
class SpaceCleanUp {
 public:
  SpaceCleanUp();
  void push(std::string_view part, std::string& out);
  void finish(std::string& out);

 private:
  std::vector<StreamReplace> steps_;  ///< each takes what the one before it gave: the order matters
};

/// Bytes to text: broken UTF-8 becomes U+FFFD, a letter that is not complete yet is held back.
class Utf8Letters {
 public:
  void push(std::string_view bytes, std::string& out);
  void finish(std::string& out);

 private:
  std::string held_;
};

}  // namespace assay
