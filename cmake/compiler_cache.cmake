# ccache, where it is installed and nothing else was asked for, remembers object files across build folders.
find_program(ASSAY_CCACHE ccache DOC "Compiler cache; empty: none")
mark_as_advanced(ASSAY_CCACHE)
if(ASSAY_CCACHE AND NOT DEFINED CMAKE_CXX_COMPILER_LAUNCHER)
  set(CMAKE_CXX_COMPILER_LAUNCHER ${ASSAY_CCACHE})
endif()
