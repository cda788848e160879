# How Usher's own code is compiled: warnings, sanitizers, hardening, compiler cache.
# Targets take it by linking usher_compile_options; usher_library and its sisters do
# that. Sanitizers go to all code that is built here, the generated code included.

if(NOT CMAKE_BUILD_TYPE)
  set(CMAKE_BUILD_TYPE Debug CACHE STRING "Debug or Release; the presets set it" FORCE)
endif()

set(USHER_SANITIZER "" CACHE STRING "What -fsanitize= gets, such as address,undefined or thread")
option(USHER_LIBRARY_ASSERTIONS "Check the preconditions of the standard library's classes" OFF)
option(USHER_HARDEN "Stack protector and checked libc calls" OFF)

find_program(USHER_CCACHE ccache DOC "The compiler cache; not needed")
mark_as_advanced(USHER_CCACHE)
if(USHER_CCACHE AND NOT CMAKE_CXX_COMPILER_LAUNCHER)
  set(CMAKE_CXX_COMPILER_LAUNCHER ${USHER_CCACHE})
endif()

if(USHER_SANITIZER)
  add_compile_options(-fsanitize=${USHER_SANITIZER} -fno-omit-frame-pointer)
  add_link_options(-fsanitize=${USHER_SANITIZER})
  if(USHER_SANITIZER MATCHES thread)
    # Boost.Asio's headers have fences, which this sanitizer doesn't see; it sees Asio's locks.
    add_compile_options(-include ${CMAKE_CURRENT_LIST_DIR}/tsan_prelude.h -Wno-tsan)
  endif()
  if(USHER_SANITIZER MATCHES undefined)
    add_compile_options(-fno-sanitize-recover=undefined)
  endif()
endif()
if(USHER_LIBRARY_ASSERTIONS)
  add_compile_definitions(_GLIBCXX_ASSERTIONS)
endif()
if(USHER_HARDEN)
  add_compile_options(-fstack-protector-strong -D_FORTIFY_SOURCE=2)
  add_link_options(-Wl,-z,relro,-z,now)
endif()

add_library(usher_compile_options INTERFACE)
target_compile_options(
  usher_compile_options
  INTERFACE
    -Werror
    -Wall
    -Wextra
    -Wpedantic
    -Wcast-qual
    -Wconversion
    -Wduplicated-branches
    -Wduplicated-cond
    -Wextra-semi
    -Wlogical-op
    -Wmissing-declarations
    -Wnon-virtual-dtor
    -Wold-style-cast
    -Woverloaded-virtual
    -Wshadow
    -Wundef
    # A designated initializer names what it means to set; the rest is the default.
    -Wno-missing-field-initializers
    # GCC 12 is wrong about these two with std::string and std::optional once it inlines.
    -Wno-maybe-uninitialized
    -Wno-restrict)
# From the root: "storage/store.h", "client/lib/client.h"; from server/: "engine/engine.h".
target_include_directories(
  usher_compile_options INTERFACE ${PROJECT_SOURCE_DIR} ${PROJECT_SOURCE_DIR}/server)
