#pragma once
#include <functional>
#include <string>
#include <string_view>

namespace assay {

/// Parts a stream of server-sent events, however it was cut into pieces. An event that the stream does not end is none.
/// Source   WHATWG HTML, section 9.2.6, "Interpreting an event stream"; only the field `data` is kept
class EventStream {
 public:
  void feed(std::string_view bytes, const std::function<void(std::string_view data)>& on_event);

 private:
  void end_line(const std::function<void(std::string_view data)>& on_event);

  std::string line_, data_;
  bool has_data_ = false;
  bool after_return_ = false;  ///< a '\n' now belongs to the '\r' before it
};

}  // namespace assay
