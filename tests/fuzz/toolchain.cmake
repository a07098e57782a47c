# The fuzz preset compiles with the clang of this release of Debian.
execute_process(COMMAND ${CMAKE_CURRENT_LIST_DIR}/../toolchain clang
  OUTPUT_VARIABLE COFFER_CLANG OUTPUT_STRIP_TRAILING_WHITESPACE COMMAND_ERROR_IS_FATAL ANY)
set(CMAKE_CXX_COMPILER clang++-${COFFER_CLANG})
