/// The one function by which protobuf libraries are told apart (model/tokenizer/protobuf_clash.cpp).
namespace google::protobuf::internal {

void VerifyVersion(int, int, const char*);
void VerifyVersion(int, int, const char*) {}

}  // namespace google::protobuf::internal
