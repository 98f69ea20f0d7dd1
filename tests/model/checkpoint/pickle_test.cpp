#include "model/checkpoint/pickle.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "harness/base/error.h"
#include "tests/model/checkpoint/byte_view.h"

namespace assay::pickle {
namespace {

using assay::testing::bytes_of;
using assay::testing::message_of;
using ::testing::HasSubstr;
using namespace std::string_view_literals;

/// The value as Python would print it, calls unmade.
std::string shown(const Pickle& pickle, Handle handle, int depth = 0) {
  const auto& value = pickle[handle];
  if (depth > 5) return "...";
  const auto items = [&](std::string_view open, std::string_view close) {
    std::string text(open);
    for (const auto item : value.items)
      text += fmt::format("{}{}", text.size() > open.size() ? "," : "", shown(pickle, item, depth + 1));
    return text.append(close);
  };
  switch (value.kind) {
    case Kind::kNone:
      return "None";
    case Kind::kBool:
      return value.number != 0 ? "True" : "False";
    case Kind::kInt:
      return std::to_string(value.number);
    case Kind::kLongInt:
      return fmt::format("long:{}", value.text.size());
    case Kind::kFloat:
      return "float";
    case Kind::kText:
      return fmt::format("'{}'", value.text);
    case Kind::kBytes:
      return fmt::format("b'{}'", value.text);
    case Kind::kTuple:
      return items("(", ")");
    case Kind::kList:
      return items("[", "]");
    case Kind::kDict:
      return items("{", "}");
    case Kind::kGlobal:
      return fmt::format("{}.{}", value.module, value.text);
    case Kind::kCall:
      return fmt::format("{}*{}{}", shown(pickle, value.callee, depth + 1), shown(pickle, value.args, depth + 1),
                         value.items.empty() ? "" : items("+[", "]"));
    case Kind::kPersistent:
      return fmt::format("@{}", shown(pickle, value.args, depth + 1));
  }
  return "?";
}
std::string shown(std::string_view bytes) {
  const auto pickle = read_pickle(bytes_of(bytes), "f");
  return shown(pickle, pickle.root());
}

struct Program {
  const char* name;
  std::string_view bytes, expected;
};
void PrintTo(const Program& c, std::ostream* os) { *os << c.name; }

class ReadPickle : public ::testing::TestWithParam<Program> {};
TEST_P(ReadPickle, MatchesTable) { EXPECT_EQ(shown(GetParam().bytes), GetParam().expected); }
INSTANTIATE_TEST_SUITE_P(
    Opcodes, ReadPickle,
    ::testing::Values(
        Program{"none", "\x80\x02N."sv, "None"}, Program{"truth", "\x80\x02\x88\x89\x86."sv, "(True,False)"},
        Program{"binint", "\x80\x02J\xfe\xff\xff\xffK\xffM\xff\xff\x87."sv, "(-2,255,65535)"},
        Program{"int_line", "I-12\n."sv, "-12"}, Program{"bool_line", "I01\n."sv, "1"},
        Program{"long1", "\x80\x02\x8a\x02\x00\xff."sv, "-256"}, Program{"long_of_no_bytes", "\x80\x02\x8a\x00."sv, "0"},
        Program{"long4", "\x80\x02\x8b\x03\x00\x00\x00\x01\x00\x01."sv, "65537"},
        Program{"long_of_nine_bytes", "\x80\x02\x8a\x09\x00\x00\x00\x00\x00\x00\x00\x00\x01."sv, "long:9"},
        Program{"binfloat", "\x80\x02G\x3f\xf0\x00\x00\x00\x00\x00\x00."sv, "float"},
        Program{"texts", "\x80\x04X\x01\x00\x00\x00x\x8c\x01y\x8d\x01\x00\x00\x00\x00\x00\x00\x00z\x87."sv, "('x','y','z')"},
        Program{"old_strings", "\x80\x02U\x01xT\x01\x00\x00\x00y\x86."sv, "('x','y')"},
        Program{"bytes", "\x80\x04\x43\x01xB\x01\x00\x00\x00y\x8e\x01\x00\x00\x00\x00\x00\x00\x00z\x87."sv, "(b'x',b'y',b'z')"},
        Program{"bytearray", "\x80\x05\x96\x01\x00\x00\x00\x00\x00\x00\x00z."sv, "b'z'"},
        Program{"frame", "\x80\x04\x95\x02\x00\x00\x00\x00\x00\x00\x00N."sv, "None"},
        Program{"list", "\x80\x02](K\x01K\x02\x65K\x03\x61."sv, "[1,2,3]"}, Program{"list_from_mark", "(K\x01K\x02l."sv, "[1,2]"},
        Program{"dict", "\x80\x02}(K\x01K\x02uK\x03K\x04s."sv, "{1,2,3,4}"},
        Program{"dict_from_mark", "(K\x01K\x02\x64."sv, "{1,2}"}, Program{"set", "\x80\x04\x8f(K\x01\x90."sv, "[1]"},
        Program{"frozenset", "\x80\x04(K\x01\x91."sv, "[1]"}, Program{"empty_tuple", "\x80\x02)."sv, "()"},
        Program{"one_tuple", "\x80\x02K\x01\x85."sv, "(1)"}, Program{"memo", "\x80\x02]q\x05K\x01\x61h\x05\x86."sv, "([1],[1])"},
        Program{"long_memo", "\x80\x02]r\x00\x00\x01\x00j\x00\x00\x01\x00\x86."sv, "([],[])"},
        Program{"memo_lines", "]p3\ng3\n\x86."sv, "([],[])"}, Program{"memoize", "\x80\x04]\x94h\x00\x86."sv, "([],[])"},
        Program{"dup", "\x80\x02K\x01\x32\x86."sv, "(1,1)"}, Program{"pop", "\x80\x02K\x01K\x02\x30."sv, "1"},
        Program{"pop_of_a_mark", "\x80\x02K\x01(0."sv, "1"}, Program{"pop_mark", "\x80\x02K\x01(K\x02\x31."sv, "1"},
        Program{"global", "\x80\x02\x63os\nsystem\n."sv, "os.system"},
        Program{"stack_global", "\x80\x04\x8c\x02os\x8c\x06system\x93."sv, "os.system"},
        Program{"reduce_calls_nothing", "cos\nsystem\n(X\x02\x00\x00\x00lstR."sv, "os.system*('ls')"},
        Program{"newobj_builds_nothing", "\x80\x02\x63\x61\nB\n)\x81."sv, "a.B*()"},
        Program{"newobj_ex", "\x80\x04\x63\x61\nB\n)}\x92."sv, "a.B*()"}, Program{"inst", "(K\x01i\x61\nB\n."sv, "a.B*(1)"},
        Program{"obj", "(c\x61\nB\nK\x01o."sv, "a.B*(1)"},
        Program{"build_drops_state", "\x80\x02\x63\x61\nB\n)\x81}b."sv, "a.B*()"},
        Program{"items_of_a_call", "\x80\x02\x63\x61\nB\n)RK\x01K\x02s."sv, "a.B*()+[1,2]"},
        Program{"items_into_a_number", "\x80\x02K\x07K\x01K\x02s."sv, "7"}, Program{"persistent", "\x80\x02K\x01\x85Q."sv, "@(1)"},
        Program{"list_in_itself", "\x80\x02]q\x00h\x00\x61."sv, "[[[[[[...]]]]]]"}),
    [](const auto& c) { return c.param.name; });

struct Broken {
  const char* name;
  std::string_view bytes, message;
};
void PrintTo(const Broken& c, std::ostream* os) { *os << c.name; }
class BrokenPickle : public ::testing::TestWithParam<Broken> {};
TEST_P(BrokenPickle, IsRefused) {
  EXPECT_THAT(message_of<ModelError>([] { (void)read_pickle(bytes_of(GetParam().bytes), "f"); }), HasSubstr(GetParam().message));
}
INSTANTIATE_TEST_SUITE_P(
    Table, BrokenPickle,
    ::testing::Values(
        Broken{"empty", ""sv, "f: pickle, byte 0: breaks off"}, Broken{"no_stop", "\x80\x02N"sv, "byte 3: breaks off"},
        Broken{"nothing_to_return", "\x80\x02."sv, "takes from an empty stack"}, Broken{"protocol_6", "\x80\x06N."sv, "protocol 6"},
        Broken{"text_beyond_the_end", "\x80\x02X\xff\xff\xff\xffx."sv, "breaks off"},
        Broken{"text_of_2_to_64", "\x80\x04\x8d\xff\xff\xff\xff\xff\xff\xff\xffx."sv, "breaks off"},
        Broken{"negative_length", "\x80\x02T\xff\xff\xff\xffx."sv, "negative length"},
        Broken{"negative_long", "\x80\x02\x8b\xff\xff\xff\xff."sv, "negative length"},
        Broken{"append_to_nothing", "\x80\x02K\x01\x61."sv, "empty stack"}, Broken{"no_mark", "\x80\x02K\x01t."sv, "no mark"},
        Broken{"reaches_below_a_mark", "\x80\x02K\x01(\x85."sv, "takes from an empty stack"},
        Broken{"half_a_pair", "\x80\x02}(K\x01u."sv, "a key without a value"},
        Broken{"unknown_memo", "\x80\x02h\x07."sv, "recalls value 7"},
        Broken{"global_of_numbers", "\x80\x04K\x01K\x02\x93."sv, "a global's name must be text"},
        Broken{"global_without_end", "cos\nsystem"sv, "breaks off within a line"},
        Broken{"object_without_class", "(o."sv, "an object without a class"},
        Broken{"int_line_of_words", "Ifour\n."sv, "expected a whole number"},
        Broken{"extension", "\x80\x02\x82\x01."sv, "opcode 0x82"}, Broken{"text_protocol", "S'os'\n."sv, "opcode 0x53"},
        Broken{"buffer_outside", "\x80\x05\x97."sv, "opcode 0x97"}, Broken{"unknown_opcode", "\x80\x02\xff."sv, "opcode 0xff"}),
    [](const auto& c) { return c.param.name; });

TEST(PickleLimits, BoundsValuesAndSteps) {
  EXPECT_THAT(message_of<ModelError>([] { (void)read_pickle(bytes_of(std::string(std::size_t{5} << 20U, 'N')), "f"); }),
              HasSubstr("over 4194304 values"));
  EXPECT_THAT(message_of<ModelError>(
                  [] { (void)read_pickle(bytes_of(fmt::format("N{}", std::string(std::size_t{65} << 20U, '2'))), "f"); }),
              HasSubstr("over 67108864 steps"));
}
TEST(PickleLimits, StopsBehindTheFirstPickle) { EXPECT_EQ(read_pickle(bytes_of("\x80\x02N.N."), "f").byte_count(), 4); }

}  // namespace
}  // namespace assay::pickle
