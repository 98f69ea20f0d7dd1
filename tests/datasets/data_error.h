#pragma once
#include <string>
#include <utility>

#include "harness/base/error.h"
#include "tests/temporary_folder.h"

namespace assay::testing {

/// The text of the DataError that `action` throws.
template <typename Action>
std::string data_error_of(Action&& action) {
  return message_of<DataError>(std::forward<Action>(action));
}

}  // namespace assay::testing
