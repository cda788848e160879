# The libraries that Usher is built on, all from Debian packages (see tools/setup).

set(THREADS_PREFER_PTHREAD_FLAG ON)
find_package(Threads REQUIRED)
find_package(PkgConfig REQUIRED)
find_package(absl CONFIG REQUIRED)
# Debian's protobuf has no CMake package of its own, so CMake's module finds it; it goes
# before gRPC, whose package would look for it without REQUIRED.
find_package(Protobuf MODULE REQUIRED)
find_package(gRPC CONFIG REQUIRED)
option(USHER_STATIC_RPC "Link gRPC, protobuf and Abseil statically" OFF)
if(USHER_STATIC_RPC)
  usher_link_rpc_statically()
endif()
find_package(Boost REQUIRED)
find_package(OpenSSL REQUIRED)
find_package(SQLite3 REQUIRED)
find_package(prometheus-cpp CONFIG REQUIRED)
find_package(spdlog CONFIG REQUIRED)
find_package(CLI11 CONFIG REQUIRED)
find_package(tomlplusplus CONFIG REQUIRED)
# How programs that serve allocate memory: linked by them themselves, it stands before the C
# library's. Sanitizers have one of their own.
add_library(usher_allocator INTERFACE)
if(NOT USHER_SANITIZER)
  find_package(mimalloc CONFIG REQUIRED)
  target_link_libraries(usher_allocator INTERFACE mimalloc)
endif()
add_library(usher::allocator ALIAS usher_allocator)
pkg_check_modules(smartcols REQUIRED IMPORTED_TARGET smartcols)
pkg_check_modules(systemd REQUIRED IMPORTED_TARGET libsystemd)
find_package(GTest CONFIG REQUIRED)
find_package(rapidcheck CONFIG REQUIRED)
