#pragma once
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

/// Python's pickles read as data. Nothing is imported, called or built: a GLOBAL is its name, a REDUCE is a note of what would have
/// been called on what. What such a note means is for the caller to decide, from a list of names it knows.
namespace assay::pickle {

/// A value's number within its Pickle.
using Handle = std::uint32_t;

class Machine;

enum class Kind : std::uint8_t {
  kNone,
  kBool,        ///< number
  kInt,         ///< number
  kLongInt,     ///< text: two's complement, little-endian, for what 64 bits cannot hold
  kFloat,       ///< its value is not kept
  kText,        ///< text
  kBytes,       ///< text
  kTuple,       ///< items
  kList,        ///< items; sets too
  kDict,        ///< items: key, value, key, value, ...
  kGlobal,      ///< module, text
  kCall,        ///< callee(args); items: what SETITEMS or APPENDS put in afterwards. BUILD's state is dropped
  kPersistent,  ///< args: the persistent id
};

struct Value {
  Kind kind = Kind::kNone;
  std::int64_t number = 0;
  std::string_view text{}, module{};  ///< views of the file
  Handle callee = 0, args = 0;
  std::vector<Handle> items{};
};

/// One pickle's values.
class Pickle {
 public:
  [[nodiscard]] const Value& operator[](Handle handle) const { return values_[handle]; }
  [[nodiscard]] std::size_t size() const { return values_.size(); }
  [[nodiscard]] Handle root() const { return root_; }
  [[nodiscard]] std::size_t byte_count() const { return byte_count_; }  ///< up to and with STOP; a stream goes on behind it

 private:
  friend class Machine;
  std::vector<Value> values_;
  Handle root_ = 0;
  std::size_t byte_count_ = 0;
};

/// Reads the pickle at the front of `bytes`, protocols 2 to 5 and what they share with older ones. Time and memory are bounded by a
/// limit on the number of values; nothing recurses.
/// Throws   ModelError with `where` and the offset
/// Source   docs.python.org/3/library/pickletools.html; CPython Lib/pickletools.py, which tells every opcode's effect on the stack
[[nodiscard]] Pickle read_pickle(std::span<const std::byte> bytes, std::string_view where);

}  // namespace assay::pickle
