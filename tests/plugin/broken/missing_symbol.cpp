/// Calls what no version of the program has.
namespace assay {
int a_function_of_another_version();
}

extern "C" const void* assay_plugin() {
  static const int value = assay::a_function_of_another_version();
  return &value;
}
