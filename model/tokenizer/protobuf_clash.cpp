#include "model/tokenizer/protobuf_clash.h"

#include <dlfcn.h>

namespace assay {
namespace {

constexpr const char* kProtobufFunction = "_ZN6google8protobuf8internal13VerifyVersionEiiPKc";
constexpr const char* kSentencePiece[] = {"libsentencepiece.so.0", "libsentencepiece.so"};

}  // namespace

bool protobuf_clashes() {
  for (const char* name : kSentencePiece) {
    void* library = ::dlopen(name, RTLD_LAZY | RTLD_NOLOAD);
    if (library == nullptr) continue;  // linked statically, or under another name: its protobuf is out of others' reach
    void* own = ::dlsym(library, kProtobufFunction);
    void* in_use = ::dlsym(RTLD_DEFAULT, kProtobufFunction);
    ::dlclose(library);
    return own != nullptr && own != in_use;
  }
  return false;
}

}  // namespace assay
