# For projects of others: assay_plugin(NAME source.cpp ...) makes NAME.so, a plugin for `assay --plugin`. ASSAY_SOURCE_DIR is where Assay's headers are. Nothing
# of Assay is linked: what a plugin calls it takes from the program that loads it. Build it with the compiler and the options that built that program.
find_package(fmt REQUIRED)
find_package(RapidJSON REQUIRED)

function(assay_plugin name)
  add_library(${name} MODULE ${ARGN})
  set_target_properties(${name} PROPERTIES PREFIX "" CXX_STANDARD 20 CXX_STANDARD_REQUIRED ON CXX_EXTENSIONS OFF)
  target_include_directories(${name} PRIVATE ${ASSAY_SOURCE_DIR})
  target_include_directories(${name} SYSTEM PRIVATE ${RapidJSON_INCLUDE_DIRS} ${RAPIDJSON_INCLUDE_DIRS})
  target_compile_definitions(${name} PRIVATE RAPIDJSON_HAS_STDSTRING=1)
  target_link_libraries(${name} PRIVATE fmt::fmt)
endfunction()
