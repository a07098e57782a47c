# The one options target: every target of this project links it, privately.
add_library(coffer_options INTERFACE)
add_library(coffer::options ALIAS coffer_options)

target_compile_features(coffer_options INTERFACE cxx_std_20)
target_compile_options(coffer_options INTERFACE
  -Wall -Wextra -Wpedantic -Wconversion -Wno-sign-conversion -Wnon-virtual-dtor
  -Wold-style-cast -Wcast-align -Wimplicit-fallthrough -Woverloaded-virtual
  # Joined files would shadow each other's names, and look like one header to the linkage warning.
  $<$<NOT:$<BOOL:${CMAKE_UNITY_BUILD}>>:-Wshadow>
  $<$<AND:$<BOOL:${CMAKE_UNITY_BUILD}>,$<CXX_COMPILER_ID:GNU>>:-Wno-subobject-linkage>
  $<$<BOOL:${COFFER_WERROR}>:-Werror>
  -fstack-protector-strong -fno-omit-frame-pointer
  $<$<CONFIG:Release,RelWithDebInfo>:-D_FORTIFY_SOURCE=2>)
target_link_options(coffer_options INTERFACE -Wl,-z,relro,-z,now)
set(CMAKE_POSITION_INDEPENDENT_CODE ON)
set(CMAKE_CXX_EXTENSIONS OFF)

if(COFFER_SANITIZE)
  add_compile_options(-fsanitize=${COFFER_SANITIZE} -fno-sanitize-recover=all)
  add_link_options(-fsanitize=${COFFER_SANITIZE})
  # GCC 12 takes std::regex for uninitialised when it is instrumented (GCC bug 105562).
  add_compile_options(-Wno-maybe-uninitialized)
  if(COFFER_SANITIZE MATCHES undefined)
    # This check looks at memory through a pipe: when all descriptors are taken, as tests have it,
    # it reports a whole object as an invalid one.
    add_compile_options(-fno-sanitize=vptr)
  endif()
  if(COFFER_SANITIZE MATCHES thread)
    add_compile_options(-Wno-tsan)  # Asio's fences: GCC 12 cannot instrument them and says so
  endif()
endif()

if(COFFER_FUZZ)
  add_compile_options(-fsanitize=fuzzer-no-link,address,undefined -fno-sanitize-recover=all)
  add_link_options(-fsanitize=address,undefined)
endif()

# The presets join the files of a library (CMAKE_UNITY_BUILD): most of a build's time goes into
# reading headers. -DCMAKE_UNITY_BUILD=OFF compiles each file by itself: quicker after a change of
# one file, and proves that each includes what it uses.
set(CMAKE_UNITY_BUILD_BATCH_SIZE 10)

find_program(COFFER_CCACHE ccache)
if(COFFER_CCACHE AND NOT CMAKE_CXX_COMPILER_LAUNCHER)
  set(CMAKE_CXX_COMPILER_LAUNCHER ${COFFER_CCACHE})
endif()

# mold links in half the time; GCC 12 and clang 14 both know -fuse-ld=mold.
find_program(COFFER_MOLD mold)
if(COFFER_MOLD)
  add_link_options(-fuse-ld=mold)
endif()

# Across the levels' libraries, a fetch is one call chain: link-time optimisation is worth a tenth.
if(CMAKE_BUILD_TYPE STREQUAL "Release" AND CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
  set(CMAKE_INTERPROCEDURAL_OPTIMIZATION ON)
endif()
