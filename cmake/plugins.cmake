# Lets `target`, an executable, be the program that plugins take our functions from (benchmarks/plugin.h).
function(assay_serves_plugins target)
  target_link_options(${target} PRIVATE LINKER:--dynamic-list=${PROJECT_SOURCE_DIR}/cmake/plugin_symbols.txt)
  set_property(TARGET ${target} APPEND PROPERTY LINK_DEPENDS ${PROJECT_SOURCE_DIR}/cmake/plugin_symbols.txt)
  target_link_libraries(${target} PRIVATE ${CMAKE_DL_LIBS})
endfunction()
