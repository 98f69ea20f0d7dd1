# The C library's malloc keeps what an engine's tensors leave behind in pieces that fit nothing: 10,000 samples of a small model ended at 1.2 GB with 0.2 GB in
# use (docs/speed.md). gperftools' tcmalloc uses it again, at the same speed. Sanitizers have allocators of their own.
option(ASSAY_WITH_TCMALLOC "Let the programs take their memory by tcmalloc; OFF: by the C library" ON)
string(TOUPPER "CMAKE_CXX_FLAGS_${CMAKE_BUILD_TYPE}" assay_flags_of_type)
if(ASSAY_WITH_TCMALLOC AND ASSAY_WITH_LIBTORCH AND NOT "${CMAKE_CXX_FLAGS} ${${assay_flags_of_type}}" MATCHES "-fsanitize")
  find_library(assay_tcmalloc NAMES tcmalloc_minimal libtcmalloc_minimal.so.4 NO_CACHE)  # the second without the development package
  if(assay_tcmalloc)
    message(STATUS "Memory: ${assay_tcmalloc}")
  else()
    message(WARNING "tcmalloc not found: the programs take their memory by the C library and hold more of it the longer they run. Run scripts/setup.sh, "
                    "or say -DASSAY_WITH_TCMALLOC=OFF")
  endif()
endif()

# Lets the program `target` take its memory by tcmalloc, where there is one.
function(assay_use_tcmalloc target)
  if(assay_tcmalloc)
    target_link_options(${target} PRIVATE LINKER:--push-state,--no-as-needed,${assay_tcmalloc},--pop-state)  # none of its names is called
  endif()
endfunction()
