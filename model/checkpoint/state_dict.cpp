#include "model/checkpoint/state_dict.h"

#include <algorithm>
#include <map>
#include <utility>

#include "harness/base/error.h"
#include "model/checkpoint/name_check.h"

namespace assay {
namespace {

using pickle::Handle;
using pickle::Kind;
using pickle::Pickle;
using pickle::Value;
using Bytes = std::span<const std::byte>;

constexpr int kDeepestWrapping = 8;
/// A tensor whose elements share places (a stride of 0) may claim any size; above this it is refused.
constexpr std::uint64_t kLargestExpanded = std::uint64_t{64} << 20U;

struct TypeName {
  std::string_view name;
  StoredType type;
};
constexpr TypeName kStorageTypes[] = {
    {"BFloat16Storage", StoredType::kBFloat16},
    {"BoolStorage", StoredType::kBool},
    {"ByteStorage", StoredType::kUInt8},
    {"CharStorage", StoredType::kInt8},
    {"ComplexFloatStorage", StoredType::kComplex64},
    {"DoubleStorage", StoredType::kFloat64},
    {"FloatStorage", StoredType::kFloat32},
    {"HalfStorage", StoredType::kFloat16},
    {"IntStorage", StoredType::kInt32},
    {"LongStorage", StoredType::kInt64},
    {"ShortStorage", StoredType::kInt16},
};
constexpr TypeName kDtypes[] = {
    {"bfloat16", StoredType::kBFloat16},
    {"bool", StoredType::kBool},
    {"complex64", StoredType::kComplex64},
    {"float16", StoredType::kFloat16},
    {"float32", StoredType::kFloat32},
    {"float64", StoredType::kFloat64},
    {"float8_e4m3fn", StoredType::kFloat8E4M3},
    {"float8_e5m2", StoredType::kFloat8E5M2},
    {"int16", StoredType::kInt16},
    {"int32", StoredType::kInt32},
    {"int64", StoredType::kInt64},
    {"int8", StoredType::kInt8},
    {"uint16", StoredType::kUInt16},
    {"uint32", StoredType::kUInt32},
    {"uint64", StoredType::kUInt64},
    {"uint8", StoredType::kUInt8},
};

/// Where the state dict may hide inside what a trainer saved.
constexpr std::string_view kWrappers[] = {"state_dict", "model_state_dict", "model", "module"};

std::optional<StoredType> type_named(std::span<const TypeName> table, std::string_view name) {
  const auto row = std::find_if(table.begin(), table.end(), [&](const TypeName& r) { return r.name == name; });
  return row == table.end() ? std::nullopt : std::optional(row->type);
}

bool is_global(const Value& value, std::string_view module, std::string_view name) {
  return value.kind == Kind::kGlobal && value.module == module && value.text == name;
}

bool is_call_of(const Pickle& pickle, const Value& value, std::string_view module, std::string_view name) {
  return value.kind == Kind::kCall && is_global(pickle[value.callee], module, name);
}

/// One pickled call of a rebuild function, as far as it describes a tensor.
struct RebuildCall {
  std::string_view function;
  const std::vector<Handle>* args;
};

class StateDictReader {
 public:
  StateDictReader(const Pickle& pickle, FindStorage find_storage, const std::filesystem::path& path,
                  std::vector<std::string>& warnings)
      : pickle_(pickle), find_storage_(std::move(find_storage)), path_(path), warnings_(warnings) {}

  std::vector<StoredTensor> read() {
    const auto items = find_state_dict();
    std::map<std::string_view, Handle> last_of;  // as in Python, the last value of a key counts
    for (const auto& [key, value] : items) {
      if (pickle_[key].kind == Kind::kText) last_of.insert_or_assign(pickle_[key].text, value);
    }
    std::vector<StoredTensor> tensors;
    std::vector<std::string> skipped;
    for (const auto& [name, value] : last_of) {
      if (const auto rebuild = rebuild_call(value))
        tensors.push_back(rebuild_tensor(name, *rebuild));
      else
        skipped.push_back(fmt::format("{} ({})", name, described(value)));
    }
    if (!skipped.empty())
      warnings_.push_back(
          fmt::format("{}: skipped {} entries that are no tensors: {}", path_.string(), skipped.size(), joined_names(skipped)));
    return tensors;
  }

 private:
  using Items = std::vector<std::pair<Handle, Handle>>;

  [[nodiscard]] ModelError bad_tensor(std::string_view name, std::string_view what) const {
    return ModelError(fmt::format("{}: tensor {:?}: {}", path_.string(), name, what));
  }

  [[nodiscard]] bool is_dict(Handle handle) const {
    return pickle_[handle].kind == Kind::kDict || is_call_of(pickle_, pickle_[handle], "collections", "OrderedDict");
  }
  [[nodiscard]] Items items_of(Handle dict) const {
    const auto& value = pickle_[dict];
    Items items;
    if (value.kind == Kind::kCall) append_pairs(pickle_[value.args], items);
    for (std::size_t i = 0; i + 1 < value.items.size(); i += 2) items.emplace_back(value.items[i], value.items[i + 1]);
    return items;
  }
  /// OrderedDict([[key, value], ...]), as Python 2 pickled it.
  void append_pairs(const Value& args, Items& items) const {
    if (args.kind != Kind::kTuple || args.items.size() != 1 || pickle_[args.items[0]].kind != Kind::kList) return;
    for (const auto handle : pickle_[args.items[0]].items) {
      const auto& pair = pickle_[handle].items;
      if (pair.size() == 2) items.emplace_back(pair[0], pair[1]);
    }
  }

  /// The items of the innermost wrapped dict.
  [[nodiscard]] Items find_state_dict() const {
    const auto root = pickle_.root();
    if (!is_dict(root))
      throw ModelError(
          fmt::format("{}: expected a state dict, got {}; save model.state_dict() instead", path_.string(), described(root)));
    auto items = items_of(root);
    for (int depth = 0; depth < kDeepestWrapping; ++depth) {
      const auto inside = wrapped_in(items);
      if (!inside) break;
      items = items_of(*inside);
    }
    const bool has_tensor =
        std::any_of(items.begin(), items.end(), [&](const auto& item) { return rebuild_call(item.second).has_value(); });
    if (!has_tensor) throw ModelError(fmt::format("{}: holds no tensors where a state dict would", path_.string()));
    return items;
  }
  [[nodiscard]] std::optional<Handle> wrapped_in(const Items& items) const {
    for (const auto wrapper : kWrappers) {
      for (const auto& [key, value] : items) {
        if (pickle_[key].kind == Kind::kText && pickle_[key].text == wrapper && is_dict(value)) return value;
      }
    }
    return {};
  }

  /// The call that makes a tensor, taken out of the calls that wrap it (parameters, subclasses); nothing for any other value.
  [[nodiscard]] std::optional<RebuildCall> rebuild_call(Handle handle) const {
    const auto* value = &pickle_[handle];
    if (value->kind != Kind::kCall) return {};
    const auto* function = &pickle_[value->callee];
    const auto* args = &pickle_[value->args];
    for (int depth = 0; depth < kDeepestWrapping; ++depth) {
      if (function->kind != Kind::kGlobal || args->kind != Kind::kTuple) return {};
      const auto& items = args->items;
      const bool is_parameter = is_global(*function, "torch._utils", "_rebuild_parameter") ||
                                is_global(*function, "torch._utils", "_rebuild_parameter_with_state");
      if (is_parameter && !items.empty() && pickle_[items[0]].kind == Kind::kCall) {
        value = &pickle_[items[0]];
        function = &pickle_[value->callee];
        args = &pickle_[value->args];
      } else if (is_global(*function, "torch._tensor", "_rebuild_from_type_v2") && items.size() >= 3) {
        function = &pickle_[items[0]];
        args = &pickle_[items[2]];
      } else {
        const bool is_tensor =
            function->module == "torch._utils" && (function->text == "_rebuild_tensor" || function->text == "_rebuild_tensor_v2" ||
                                                   function->text == "_rebuild_tensor_v3");
        return is_tensor ? std::optional(RebuildCall{function->text, &items}) : std::nullopt;
      }
    }
    return {};
  }

  /// _rebuild_tensor(storage, offset, size, stride), v2(..., requires_grad, hooks), v3(..., requires_grad, hooks, dtype).
  StoredTensor rebuild_tensor(std::string_view name, const RebuildCall& call) const {
    const auto& args = *call.args;
    if (args.size() < 4) throw bad_tensor(name, fmt::format("{} with {} arguments", call.function, args.size()));
    const auto id = storage_id_of(pickle_, pickle_[args[0]]);
    if (!id) throw bad_tensor(name, fmt::format("lies in {}, which is no storage this program reads", described(args[0])));
    StoredTensor tensor;
    tensor.name = name;
    tensor.file = path_;
    tensor.type = type_of(name, call, *id);
    tensor.shape = sizes_of(name, args[2]);
    tensor.strides = sizes_of(name, args[3]);
    if (pickle_[args[1]].kind != Kind::kInt) throw bad_tensor(name, "the storage offset must be a whole number");
    place(tensor, pickle_[args[1]].number, storage_bytes(name, *id));
    return tensor;
  }
  [[nodiscard]] StoredType type_of(std::string_view name, const RebuildCall& call, const StorageId& id) const {
    if (call.function != "_rebuild_tensor_v3") {
      if (!id.type) throw bad_tensor(name, "an untyped storage without a dtype");
      return *id.type;
    }
    const auto* const dtype = call.args->size() > 6 ? &pickle_[(*call.args)[6]] : nullptr;
    const auto type = dtype != nullptr && dtype->kind == Kind::kGlobal && dtype->module == "torch"
                          ? type_named(kDtypes, dtype->text)
                          : std::nullopt;
    if (!type) throw bad_tensor(name, fmt::format("unknown dtype {}", dtype == nullptr ? "" : described((*call.args)[6])));
    return *type;
  }
  [[nodiscard]] std::vector<std::int64_t> sizes_of(std::string_view name, Handle handle) const {
    const auto* value = &pickle_[handle];
    if (is_call_of(pickle_, *value, "torch", "Size") && pickle_[value->args].items.size() == 1)
      value = &pickle_[pickle_[value->args].items[0]];
    if (value->kind != Kind::kTuple && value->kind != Kind::kList)
      throw bad_tensor(name, fmt::format("expected sizes, got {}", described(handle)));
    std::vector<std::int64_t> sizes;
    for (const auto item : value->items) {
      if (pickle_[item].kind != Kind::kInt || pickle_[item].number < 0)
        throw bad_tensor(name, fmt::format("expected sizes of 0 and more, got {}", described(item)));
      sizes.push_back(pickle_[item].number);
    }
    return sizes;
  }
  [[nodiscard]] Bytes storage_bytes(std::string_view name, const StorageId& id) const {
    const auto bytes = find_storage_(id);
    std::int64_t claimed = 0;
    if (__builtin_mul_overflow(id.element_count, id.unit(), &claimed) || static_cast<std::uint64_t>(claimed) != bytes.size()) {
      throw bad_tensor(name, fmt::format("its storage {:?} should hold {} elements of {} bytes, but has {} bytes", id.key,
                                         id.element_count, id.unit(), bytes.size()));
    }
    if (!id.view_count) return bytes;
    const bool is_inside = id.view_begin >= 0 && *id.view_count >= 0 && id.view_begin <= id.element_count &&
                           *id.view_count <= id.element_count - id.view_begin;
    if (!is_inside)
      throw bad_tensor(
          name, fmt::format("views {} elements from {} on of a storage of {}", *id.view_count, id.view_begin, id.element_count));
    return bytes.subspan(static_cast<std::size_t>(id.view_begin * id.unit()), static_cast<std::size_t>(*id.view_count * id.unit()));
  }

  /// Sets `bytes` to the part of its storage from the first element to the last.
  void place(StoredTensor& tensor, std::int64_t offset, Bytes storage) const {
    const auto& name = tensor.name;
    if (tensor.shape.size() != tensor.strides.size())
      throw bad_tensor(name, fmt::format("{} sizes, but {} strides", tensor.shape.size(), tensor.strides.size()));
    const auto needed = checked_bytes(tensor.shape, tensor.type);
    if (!needed) throw bad_tensor(name, fmt::format("shape {} is larger than any file", shape_text(tensor.shape)));
    if (*needed == 0) return;
    auto last = offset;
    bool fits = offset >= 0;
    for (std::size_t axis = 0; axis < tensor.shape.size() && fits; ++axis) {
      std::int64_t reach = 0;
      fits = !__builtin_mul_overflow(tensor.shape[axis] - 1, tensor.strides[axis], &reach) &&
             !__builtin_add_overflow(last, reach, &last);
    }
    const auto unit = size_of(tensor.type);
    if (!fits || static_cast<std::uint64_t>(last) >= storage.size() / unit) {
      throw bad_tensor(name, fmt::format("{} with strides {} from element {} on reaches beyond its storage of {} elements",
                                         shape_text(tensor.shape), shape_text(tensor.strides), offset, storage.size() / unit));
    }
    tensor.bytes = storage.subspan(static_cast<std::size_t>(offset) * unit, static_cast<std::size_t>(last - offset + 1) * unit);
    if (*needed > tensor.bytes.size() && *needed > kLargestExpanded) {
      throw bad_tensor(name,
                       fmt::format("{} is {} stored bytes expanded to {}", shape_text(tensor.shape), tensor.bytes.size(), *needed));
    }
  }

  /// For messages.
  [[nodiscard]] std::string described(Handle handle) const {
    const auto& value = pickle_[handle];
    switch (value.kind) {
      case Kind::kNone:
        return "None";
      case Kind::kBool:
        return "a bool";
      case Kind::kInt:
        return fmt::format("{}", value.number);
      case Kind::kLongInt:
        return "a long integer";
      case Kind::kFloat:
        return "a float";
      case Kind::kText:
        return "text";
      case Kind::kBytes:
        return "bytes";
      case Kind::kTuple:
        return "a tuple";
      case Kind::kList:
        return "a list";
      case Kind::kDict:
        return "a dict";
      case Kind::kGlobal:
        return global_text(value);
      case Kind::kCall:
        return pickle_[value.callee].kind == Kind::kGlobal ? fmt::format("a {}", global_text(pickle_[value.callee])) : "an object";
      case Kind::kPersistent:
        return "a persistent id";
    }
    return "?";
  }
  static std::string global_text(const Value& global) {
    constexpr std::size_t kLongest = 120;
    return fmt::format("{:?}", fmt::format("{}.{}", global.module.substr(0, kLongest), global.text.substr(0, kLongest)));
  }

  const Pickle& pickle_;
  FindStorage find_storage_;
  const std::filesystem::path& path_;
  std::vector<std::string>& warnings_;
};

}  // namespace

std::optional<StorageId> storage_id_of(const Pickle& pickle, const Value& value) {
  if (value.kind != Kind::kPersistent || pickle[value.args].kind != Kind::kTuple) return {};
  const auto& items = pickle[value.args].items;
  if (items.size() < 5 || pickle[items[0]].text != "storage") return {};
  const auto &type = pickle[items[1]], &key = pickle[items[2]], &count = pickle[items[4]];
  const bool is_torch =
      type.kind == Kind::kGlobal && (type.module == "torch" || type.module == "torch.cuda" || type.module == "torch.storage");
  if (!is_torch || key.kind != Kind::kText || count.kind != Kind::kInt || count.number < 0) return {};
  StorageId id{.type = type_named(kStorageTypes, type.text), .key = key.text, .element_count = count.number};
  if (!id.type && type.text != "UntypedStorage" && type.text != "_UntypedStorage") return {};
  if (items.size() > 5 && pickle[items[5]].kind == Kind::kTuple) {
    const auto& view = pickle[items[5]].items;
    if (view.size() != 3 || pickle[view[1]].kind != Kind::kInt || pickle[view[2]].kind != Kind::kInt) return {};
    id.view_begin = pickle[view[1]].number;
    id.view_count = pickle[view[2]].number;
  }
  return id;
}

std::vector<StoredTensor> read_state_dict(const Pickle& pickle, FindStorage find_storage, const std::filesystem::path& path,
                                          std::vector<std::string>& warnings) {
  return StateDictReader(pickle, std::move(find_storage), path, warnings).read();
}

}  // namespace assay
