#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "harness/work_ledger.h"

/// What the ranks of a job say to each other: a word, the number of the run it is about, and what belongs to it, parted by single spaces.
///
///   rank 0 to another     begin RUN FOLDER    work RUN B:S ...    none RUN    end RUN    bye
///   another to rank 0     more RUN (what now?)    idle RUN (nothing in hand: when there is some)    done RUN B:S    failed RUN B:S WHY
///                         flushed RUN BYTES (its journal is on the disk; its peak memory)    error CODE MESSAGE
namespace assay {

struct Message {
  std::string word;
  std::int64_t number = 0;  ///< the run; an error's exit code
  std::string rest;
};

/// Nothing for what has not this form.
[[nodiscard]] std::optional<Message> parse_message(std::string_view text);
[[nodiscard]] std::string message_text(std::string_view word, std::int64_t number, std::string_view rest = "");

/// "0:12 0:13". Throws InternalError for anything else.
[[nodiscard]] std::string places_text(const std::vector<PlanPlace>& places);
[[nodiscard]] std::vector<PlanPlace> parse_places(std::string_view text);

/// Parts the first word of `text` from the rest.
[[nodiscard]] std::string_view take_word(std::string_view& text);

}  // namespace assay
