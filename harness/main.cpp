#include <fmt/format.h>

int main() {
  fmt::print("assay\n");
  return 0;
}
