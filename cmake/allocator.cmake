# The C library's malloc keeps what an engine's tensors leave behind in pieces that fit nothing: 10,000 samples of a small model ended at 1.2 GB with 0.2 GB in
# use (docs/speed.md). mimalloc gives it back, at the same speed. Sanitizers have allocators of their own.
option(ASSAY_WITH_MIMALLOC "Let the programs take their memory by mimalloc; OFF: by the C library" ON)
if(ASSAY_WITH_MIMALLOC)
  find_package(mimalloc QUIET)
  if(mimalloc_FOUND)
    message(STATUS "Memory: mimalloc ${mimalloc_VERSION}")
  else()
    message(WARNING "mimalloc not found: the programs take their memory by the C library and hold more of it the longer they run. Run scripts/setup.sh, "
                    "or say -DASSAY_WITH_MIMALLOC=OFF")
  endif()
endif()

# Lets the program `target` take its memory by mimalloc, where there is one.
function(assay_use_mimalloc target)
  if(mimalloc_FOUND)
    target_link_options(${target} PRIVATE LINKER:--push-state,--no-as-needed,$<TARGET_FILE:mimalloc>,--pop-state)  # none of its names is called
  endif()
endfunction()
