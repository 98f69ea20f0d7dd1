#pragma once
#include <string_view>

namespace assay {

/// What a person should know of a benchmark's data before getting it.
struct DataNote {
  std::string_view benchmark;  ///< a name, or with * behind it the beginning of several
  std::string_view count;      ///< "2,374 questions on 1,187 pictures"; "about" where nobody has counted the file itself
  std::string_view licence;    ///< as its authors' repository states it; empty: not stated in what was read
  std::string_view origin;     ///< where to get it
  std::string_view scorer;     ///< what `official` follows
};

/// Null for a benchmark that is not built in.
[[nodiscard]] const DataNote* find_data_note(std::string_view benchmark);

/// Whose code a scoring or prompt profile follows ("open-compass/VLMEvalKit e8e78f05"); empty for `official`, which is in the data note, and names of no toolkit.
[[nodiscard]] std::string_view profile_source(std::string_view profile);

}  // namespace assay
