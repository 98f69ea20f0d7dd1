#include "remote/event_stream.h"

namespace assay {

void EventStream::feed(std::string_view bytes, const std::function<void(std::string_view data)>& on_event) {
  for (const char c : bytes) {
    const bool is_second_half = c == '\n' && after_return_;
    after_return_ = c == '\r';
    if (is_second_half) continue;
    if (c == '\n' || c == '\r') end_line(on_event);
    else line_ += c;
  }
}

void EventStream::end_line(const std::function<void(std::string_view data)>& on_event) {
  constexpr std::string_view kField = "data:";
  if (line_.empty()) {
    if (has_data_) on_event(data_);
    data_.clear();
    has_data_ = false;
  } else if (line_.starts_with(kField)) {
    if (has_data_) data_ += '\n';
    std::string_view value = std::string_view(line_).substr(kField.size());
    if (value.starts_with(' ')) value.remove_prefix(1);
    data_ += value;
    has_data_ = true;
  }
  line_.clear();
}

}  // namespace assay
