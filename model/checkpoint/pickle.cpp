#include "model/checkpoint/pickle.h"

#include <charconv>
#include <cstring>
#include <optional>
#include <unordered_map>
#include <utility>

#include "harness/base/error.h"

namespace assay::pickle {
namespace {

/// A state dict of 10,000 tensors makes about 200,000 values; the rest is room for an optimizer's and a config's. 80 bytes each.
constexpr std::size_t kMostValues = std::size_t{4} << 20U;
constexpr std::size_t kMostPushes = std::size_t{64} << 20U;  ///< 4 bytes each, on the stack and later in lists

}  // namespace

/// The stack machine that a pickle is a program for, less everything that would run code.
class Machine {
 public:
  Machine(std::span<const std::byte> bytes, std::string_view where)
      : bytes_(reinterpret_cast<const char*>(bytes.data()), bytes.size()), where_(where) {}

  Pickle run() {
    for (;;) {
      opcode_at_ = at_;
      const char opcode = take(1)[0];
      if (opcode == '.') break;
      if (!literal(opcode) && !sized_literal(opcode) && !container(opcode) && !memo_or_stack(opcode) && !call(opcode)) {
        throw broken(fmt::format("opcode 0x{:02x} is not one that torch.save writes", static_cast<unsigned char>(opcode)));
      }
    }
    pickle_.root_ = pop();
    pickle_.byte_count_ = at_;
    return std::move(pickle_);
  }

 private:
  [[nodiscard]] ModelError broken(std::string_view what) const {
    return ModelError(fmt::format("{}: pickle, byte {}: {}", where_, opcode_at_, what));
  }

  // --- the bytes

  std::string_view take(std::uint64_t count) {
    if (count > bytes_.size() - at_) throw broken("breaks off; is the download complete?");
    const auto taken = bytes_.substr(at_, static_cast<std::size_t>(count));
    at_ += static_cast<std::size_t>(count);
    return taken;
  }
  template <typename T>
  T number() {
    T value;
    std::memcpy(&value, take(sizeof value).data(), sizeof value);
    return value;
  }
  std::string_view line() {
    const auto end = bytes_.find('\n', at_);
    if (end == std::string_view::npos) throw broken("breaks off within a line");
    const auto text = take(end - at_);
    ++at_;
    return text;
  }
  template <typename T>
  T number_line() {
    const auto text = line();
    T value{};
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc() || end != text.data() + text.size()) throw broken("expected a whole number");
    return value;
  }

  // --- the stack

  Handle push(Value value) {
    if (pickle_.values_.size() >= kMostValues) throw broken(fmt::format("over {} values", kMostValues));
    pickle_.values_.push_back(std::move(value));
    return push_handle(static_cast<Handle>(pickle_.values_.size() - 1));
  }
  Handle push_handle(Handle handle) {
    if (++pushes_ > kMostPushes) throw broken(fmt::format("over {} steps", kMostPushes));
    stack_.push_back(handle);
    return handle;
  }
  Handle pop() {
    if (stack_.size() <= floor()) throw broken("takes from an empty stack");
    const auto top = stack_.back();
    stack_.pop_back();
    return top;
  }
  Value& top() {
    if (stack_.size() <= floor()) throw broken("looks at an empty stack");
    return pickle_.values_[stack_.back()];
  }
  [[nodiscard]] std::size_t floor() const { return marks_.empty() ? 0 : marks_.back(); }

  std::vector<Handle> pop_to_mark() {
    if (marks_.empty()) throw broken("no mark on the stack");
    std::vector<Handle> items(stack_.begin() + static_cast<std::ptrdiff_t>(marks_.back()), stack_.end());
    stack_.resize(marks_.back());
    marks_.pop_back();
    return items;
  }
  std::vector<Handle> pop_count(std::size_t count) {
    std::vector<Handle> items(count);
    for (auto i = count; i-- > 0;) items[i] = pop();
    return items;
  }

  // --- opcodes, in families; each says whether the opcode was its own

  bool push_number(Kind kind, std::int64_t number) {
    push({.kind = kind, .number = number});
    return true;
  }
  bool push_text(Kind kind, std::string_view text) {
    push({.kind = kind, .text = text});
    return true;
  }
  bool push_items(Kind kind, std::vector<Handle> items) {
    push({.kind = kind, .items = std::move(items)});
    return true;
  }
  bool push_global(std::string_view module, std::string_view name) {
    push({.kind = Kind::kGlobal, .text = name, .module = module});
    return true;
  }
  bool push_call(Handle callee, Handle args) {
    push({.kind = Kind::kCall, .callee = callee, .args = args});
    return true;
  }

  bool literal(char opcode) {
    switch (opcode) {
      case '\x80': {  // PROTO
        const auto protocol = number<std::uint8_t>();
        if (protocol > 5) throw broken(fmt::format("protocol {}, expected at most 5", protocol));
        return true;
      }
      case '\x95':
        return take(8), true;  // FRAME: says where reads may end, nothing about values
      case '\x98':
        return true;  // READONLY_BUFFER
      case 'N':
        return push_number(Kind::kNone, 0);
      case '\x88':
        return push_number(Kind::kBool, 1);
      case '\x89':
        return push_number(Kind::kBool, 0);
      case 'J':
        return push_number(Kind::kInt, number<std::int32_t>());
      case 'K':
        return push_number(Kind::kInt, number<std::uint8_t>());
      case 'M':
        return push_number(Kind::kInt, number<std::uint16_t>());
      case 'I':
        return push_number(Kind::kInt, number_line<std::int64_t>());
      case 'G':
        return take(8), push_number(Kind::kFloat, 0);
      default:
        return false;
    }
  }

  bool sized_literal(char opcode) {
    switch (opcode) {
      case '\x8a':
        return push_long(take(number<std::uint8_t>()));
      case '\x8b':
        return push_long(take(signed_length()));
      case 'X':
        return push_text(Kind::kText, take(number<std::uint32_t>()));
      case '\x8c':
        return push_text(Kind::kText, take(number<std::uint8_t>()));
      case '\x8d':
        return push_text(Kind::kText, take(number<std::uint64_t>()));
      case 'T':
        return push_text(Kind::kText, take(signed_length()));  // Python 2's str, which names tensors in old files
      case 'U':
        return push_text(Kind::kText, take(number<std::uint8_t>()));
      case 'B':
        return push_text(Kind::kBytes, take(number<std::uint32_t>()));
      case 'C':
        return push_text(Kind::kBytes, take(number<std::uint8_t>()));
      case '\x8e':
      case '\x96':
        return push_text(Kind::kBytes, take(number<std::uint64_t>()));
      default:
        return false;
    }
  }
  std::uint64_t signed_length() {
    const auto length = number<std::int32_t>();
    if (length < 0) throw broken("a negative length");
    return static_cast<std::uint64_t>(length);
  }
  bool push_long(std::string_view digits) {
    if (digits.size() > sizeof(std::int64_t)) return push_text(Kind::kLongInt, digits);
    const bool is_negative = !digits.empty() && (static_cast<unsigned char>(digits.back()) & 0x80U) != 0;
    std::int64_t value = is_negative ? -1 : 0;
    std::memcpy(&value, digits.data(), digits.size());
    return push_number(Kind::kInt, value);
  }

  bool container(char opcode) {
    switch (opcode) {
      case '}':
        return push_items(Kind::kDict, {});
      case 'd':
        return push_items(Kind::kDict, pairs_to_mark());
      case ']':
      case '\x8f':
        return push_items(Kind::kList, {});
      case 'l':
      case '\x91':
        return push_items(Kind::kList, pop_to_mark());
      case ')':
        return push_items(Kind::kTuple, {});
      case 't':
        return push_items(Kind::kTuple, pop_to_mark());
      case '\x85':
      case '\x86':
      case '\x87':
        return push_items(Kind::kTuple, pop_count(static_cast<std::size_t>(opcode - '\x85') + 1));
      case 'a':
        return put_into(Kind::kList, pop_count(1));
      case 'e':
      case '\x90':
        return put_into(Kind::kList, pop_to_mark());
      case 's':
        return put_into(Kind::kDict, pop_count(2));
      case 'u':
        return put_into(Kind::kDict, pairs_to_mark());
      default:
        return false;
    }
  }
  std::vector<Handle> pairs_to_mark() {
    auto items = pop_to_mark();
    if (items.size() % 2 != 0) throw broken("a key without a value");
    return items;
  }
  /// What is put into anything but its own kind or the note of a call is dropped.
  bool put_into(Kind kind, const std::vector<Handle>& items) {
    auto& target = top();
    if (target.kind == kind || target.kind == Kind::kCall) target.items.insert(target.items.end(), items.begin(), items.end());
    return true;
  }

  bool memo_or_stack(char opcode) {
    switch (opcode) {
      case '(':
        return marks_.push_back(checked_mark()), true;
      case '0':
        return pop_or_unmark();
      case '1':
        return pop_to_mark(), true;
      case '2':
        return top(), push_handle(stack_.back()), true;
      case 'q':
        return remember(number<std::uint8_t>());
      case 'r':
        return remember(number<std::uint32_t>());
      case 'p':
        return remember(number_line<std::uint32_t>());
      case '\x94':
        return remember(static_cast<std::uint32_t>(memo_.size()));
      case 'h':
        return recall(number<std::uint8_t>());
      case 'j':
        return recall(number<std::uint32_t>());
      case 'g':
        return recall(number_line<std::uint32_t>());
      default:
        return false;
    }
  }
  std::size_t checked_mark() {
    if (++pushes_ > kMostPushes) throw broken(fmt::format("over {} steps", kMostPushes));
    return stack_.size();
  }
  bool pop_or_unmark() {
    if (!marks_.empty() && marks_.back() == stack_.size())
      marks_.pop_back();
    else
      pop();
    return true;
  }
  bool remember(std::uint32_t key) {
    top();
    memo_[key] = stack_.back();
    if (memo_.size() > kMostValues) throw broken(fmt::format("over {} values remembered", kMostValues));
    return true;
  }
  bool recall(std::uint32_t key) {
    const auto found = memo_.find(key);
    if (found == memo_.end()) throw broken(fmt::format("recalls value {}, which was never remembered", key));
    push_handle(found->second);
    return true;
  }

  bool call(char opcode) {
    switch (opcode) {
      case 'c': {  // GLOBAL; the order of evaluation matters, so in two steps
        const auto module = line();
        return push_global(module, line());
      }
      case '\x93':
        return stack_global();
      case 'R':
      case '\x81': {  // REDUCE, NEWOBJ
        const auto args = pop();
        return push_call(pop(), args);
      }
      case '\x92': {  // NEWOBJ_EX
        pop();
        const auto args = pop();
        return push_call(pop(), args);
      }
      case 'o':
        return object_from_mark();
      case 'i': {  // INST
        const auto module = line(), name = line();
        push_items(Kind::kTuple, pop_to_mark());
        const auto args = pop();
        push_global(module, name);
        return push_call(pop(), args);
      }
      case 'b':
        return pop(), top(), true;  // BUILD: the state is dropped
      case 'Q': {                   // BINPERSID
        const auto id = pop();
        return push({.kind = Kind::kPersistent, .args = id}), true;
      }
      default:
        return false;
    }
  }
  bool stack_global() {
    const auto name = pop(), module = pop();
    if (pickle_[name].kind != Kind::kText || pickle_[module].kind != Kind::kText) throw broken("a global's name must be text");
    return push_global(pickle_[module].text, pickle_[name].text);
  }
  bool object_from_mark() {
    auto items = pop_to_mark();
    if (items.empty()) throw broken("an object without a class");
    const auto callee = items.front();
    items.erase(items.begin());
    push_items(Kind::kTuple, std::move(items));
    return push_call(callee, pop());
  }

  std::string_view bytes_, where_;
  std::size_t at_ = 0, opcode_at_ = 0, pushes_ = 0;
  Pickle pickle_;
  std::vector<Handle> stack_;
  std::vector<std::size_t> marks_;
  std::unordered_map<std::uint32_t, Handle> memo_;
};

Pickle read_pickle(std::span<const std::byte> bytes, std::string_view where) { return Machine(bytes, where).run(); }

}  // namespace assay::pickle
