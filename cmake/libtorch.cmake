# LibTorch, as one target: assay_torch. Taken from, first found wins:
#   1. where the user points: Torch_DIR or CMAKE_PREFIX_PATH, each as a CMake variable or in the environment;
#   2. the wheel that scripts/setup.sh put into the project's .venv;
#   3. the system: Debian's libtorch-dev.
option(ASSAY_WITH_CUDA "Link LibTorch's CUDA half too; needs a CUDA build of LibTorch and its CUDA toolkit" OFF)

# Finds LibTorch's folder without running its config file: TorchConfigVersion.cmake beside it only sets the version.
function(assay_locate_libtorch out)
  foreach(given "${Torch_DIR}" "$ENV{Torch_DIR}")
    if(given)
      if(NOT EXISTS "${given}/TorchConfig.cmake")
        message(FATAL_ERROR "Torch_DIR: \"${given}\" has no TorchConfig.cmake; give the folder that holds it (.../share/cmake/Torch)")
      endif()
      set(${out} "${given}" PARENT_SCOPE)
      return()
    endif()
  endforeach()
  unset(AssayLibTorch_DIR CACHE)  # look anew each time: what the user points at may have changed
  set(what AssayLibTorch QUIET NAMES Torch CONFIGS TorchConfigVersion.cmake)
  file(GLOB wheels ${PROJECT_SOURCE_DIR}/.venv/lib/python3*/site-packages/torch/share/cmake)
  find_package(${what} NO_CMAKE_SYSTEM_PATH NO_SYSTEM_ENVIRONMENT_PATH NO_CMAKE_PACKAGE_REGISTRY NO_CMAKE_SYSTEM_PACKAGE_REGISTRY)
  if(NOT AssayLibTorch_FOUND AND wheels)
    find_package(${what} PATHS ${wheels} NO_DEFAULT_PATH)
  endif()
  if(NOT AssayLibTorch_FOUND)
    find_package(${what})
  endif()
  if(NOT AssayLibTorch_FOUND)
    message(FATAL_ERROR "LibTorch not found. Run scripts/setup.sh, or point at one with -DTorch_DIR=.../share/cmake/Torch or "
                        "-DCMAKE_PREFIX_PATH=/path/to/libtorch, or build without the engine: -DASSAY_WITH_LIBTORCH=OFF")
  endif()
  set(${out} "${AssayLibTorch_DIR}" PARENT_SCOPE)
endfunction()

# The CPU half of a CUDA build. Its own config file insists on a CUDA toolkit with a compiler; running on the CPU needs neither.
function(assay_link_cpu_half root)
  foreach(name c10 torch_cpu)
    add_library(assay_libtorch_${name} SHARED IMPORTED)
    set_target_properties(assay_libtorch_${name} PROPERTIES IMPORTED_LOCATION ${root}/lib/lib${name}.so)
  endforeach()
  target_include_directories(assay_torch SYSTEM INTERFACE ${root}/include ${root}/include/torch/csrc/api/include)
  target_link_libraries(assay_torch INTERFACE assay_libtorch_torch_cpu assay_libtorch_c10)
  # libtorch_cpu.so asks for the CUDA runtime and its tracing library, which lie in the wheels beside it.
  file(GLOB runtimes ${root}/../nvidia/*/lib)
  foreach(folder IN LISTS runtimes)
    target_link_options(assay_torch INTERFACE LINKER:-rpath-link,${folder})
  endforeach()
endfunction()

set(assay_torch_given "${Torch_DIR}")
assay_locate_libtorch(assay_torch_dir)
cmake_path(ABSOLUTE_PATH assay_torch_dir BASE_DIRECTORY ${CMAKE_BINARY_DIR} NORMALIZE)
add_library(assay_torch INTERFACE)
cmake_path(SET assay_torch_root NORMALIZE ${assay_torch_dir}/../../..)
if(EXISTS ${assay_torch_root}/lib/libtorch_cuda.so AND NOT ASSAY_WITH_CUDA)
  set(assay_torch_kind "its CPU half")
  assay_link_cpu_half(${assay_torch_root})
  include(${assay_torch_dir}/TorchConfigVersion.cmake)
  set(Torch_VERSION ${PACKAGE_VERSION})
else()
  set(assay_torch_kind "all of it")
  set(kineto_LIBRARY unused)  # the wheel names this static profiling library without shipping it, and warns; TORCH_LIBRARIES is unused here
  find_package(Torch REQUIRED CONFIG PATHS ${assay_torch_dir} NO_DEFAULT_PATH)
  target_include_directories(assay_torch SYSTEM INTERFACE ${TORCH_INCLUDE_DIRS})
  target_link_libraries(assay_torch INTERFACE torch_library c10)
  separate_arguments(assay_torch_flags UNIX_COMMAND "${TORCH_CXX_FLAGS}")
  target_compile_options(assay_torch INTERFACE ${assay_torch_flags})
  # Debian's is linked with protobuf 3.21, and its SentencePiece exports a protobuf-lite 3.14 of its own under the same names: with
  # SentencePiece's in front, programs crash before main(); with protobuf's in front, SentencePiece cannot read its models.
  find_library(assay_protobuf protobuf NO_CACHE)
  if(TARGET protobuf::libprotobuf AND assay_protobuf)
    target_link_options(assay_torch INTERFACE LINKER:--push-state,--no-as-needed,${assay_protobuf},--pop-state)
    message(WARNING "This LibTorch shares the system's protobuf, which Debian's SentencePiece does not bear: models with a SentencePiece "
                    "tokenizer are refused (model/tokenizer/protobuf_clash.h), those with byte-level BPE (Qwen2) run. Prefer the wheel: "
                    "scripts/setup.sh --libtorch=wheel")
  endif()
  if(NOT assay_torch_given)
    unset(Torch_DIR CACHE)
  endif()
endif()
set(TORCH_LIBRARIES assay_torch)
message(STATUS "LibTorch ${Torch_VERSION}, ${assay_torch_kind}: ${assay_torch_dir}")

# The wheel ships headers of a newer fmt beside its own, and system folders come last on the include path: put ours in front. They are those of the fmt that is
# linked: a search by CMAKE_PREFIX_PATH would find the wheel's, where that points at it.
get_target_property(assay_fmt_folders fmt::fmt INTERFACE_INCLUDE_DIRECTORIES)
find_path(assay_fmt_headers fmt/format.h PATHS ${assay_fmt_folders} NO_DEFAULT_PATH NO_CACHE REQUIRED)
file(MAKE_DIRECTORY ${CMAKE_BINARY_DIR}/fmt-first)
file(CREATE_LINK ${assay_fmt_headers}/fmt ${CMAKE_BINARY_DIR}/fmt-first/fmt SYMBOLIC)
target_include_directories(assay_torch SYSTEM BEFORE INTERFACE ${CMAKE_BINARY_DIR}/fmt-first)

# LibTorch's compute threads are OpenMP's. A wheel brings its own libgomp: linking the system's beside it would make two thread pools.
file(GLOB assay_gomp ${assay_torch_root}/lib/libgomp*.so*)
if(NOT assay_gomp)
  set(assay_gomp gomp)
endif()
list(GET assay_gomp 0 assay_gomp)
add_library(assay_torch_openmp INTERFACE)
target_link_libraries(assay_torch_openmp INTERFACE ${assay_gomp})
message(STATUS "OpenMP for LibTorch's threads: ${assay_gomp}")
