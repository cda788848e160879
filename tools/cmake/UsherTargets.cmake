# The functions that the CMakeLists.txt of each folder is written with.
#
#   usher_library(
#     NAME engine                        # target usher_engine, alias usher::engine
#     SOURCES engine.cc engine.h ...     # headers may be listed; with headers only it is
#                                        # an INTERFACE library
#     DEPS usher::entitlement usher::storage absl::time)
#
#   usher_executable(
#     NAME usherd                        # build/<preset>/bin/usherd
#     SOURCES main.cc
#     DEPS usher::server)
#
#   usher_test(
#     NAME decide_login_test             # build/<preset>/bin/tests/decide_login_test
#     SOURCES decide_login_test.cc
#     DEPS usher::entitlement usher::test_support
#     LABELS fast                        # one of fast, store, e2e, slow
#     [TIMEOUT 60]                       # seconds for one test; slow ones default to 600
#     [ONE_PROCESS]                      # one ctest test for the whole binary: for suites
#                                        # of many instances or an expensive set-up
#     [ARGS --flag])                     # given to the binary
#
# A test links GoogleTest with its main() and gmock; add `rapidcheck_gtest` to DEPS for
# properties. ctest runs every TEST as a process of its own, named Suite.Test as in the
# source, so the tests of one file share no state and a crash hides no other test. The
# environment variable USHER_BIN_DIR tells a test where usherd and usher are; one that
# starts them names them in NEEDS (NEEDS usherd usher), so that they are built before it.
#
# DEPS are public: who includes a target's headers sees what they include. Names to use:
#   Abseil    absl::time absl::strings absl::status absl::statusor absl::flat_hash_map
#             absl::btree absl::any_invocable absl::span ...
#   proto     usher::proto (messages), usher::proto_grpc (stubs; brings gRPC::grpc++)
#   gRPC      gRPC::grpc++ gRPC::grpc++_reflection
#   others    SQLite::SQLite3 spdlog::spdlog CLI11::CLI11 PkgConfig::smartcols
#             OpenSSL::Crypto OpenSSL::SSL Threads::Threads
#
# Includes are written from the repository's root or from server/:
#   "entitlement/license.h" "engine/engine.h" "storage/store.h" "client/lib/client.h"
#   "tests/support/fake_clock.h" "usher/v1/agent_service.grpc.pb.h"

include(GoogleTest)

set(usher_test_labels fast store e2e slow)

function(usher_check_arguments function)
  if(ARG_UNPARSED_ARGUMENTS)
    message(FATAL_ERROR "${function}(NAME ${ARG_NAME}): unknown ${ARG_UNPARSED_ARGUMENTS}")
  endif()
  if(NOT ARG_NAME OR NOT ARG_SOURCES)
    message(FATAL_ERROR "${function} needs NAME and SOURCES")
  endif()
endfunction()

function(usher_library)
  cmake_parse_arguments(PARSE_ARGV 0 ARG "" "NAME" "SOURCES;DEPS")
  usher_check_arguments(usher_library)
  set(target usher_${ARG_NAME})
  set(compiled ${ARG_SOURCES})
  list(FILTER compiled INCLUDE REGEX "\\.cc$")
  if(compiled)
    add_library(${target} STATIC ${ARG_SOURCES})
    # How we compile is nobody's business who links an installed library.
    target_link_libraries(
      ${target} PRIVATE $<BUILD_INTERFACE:usher_compile_options> PUBLIC ${ARG_DEPS})
  else()
    add_library(${target} INTERFACE ${ARG_SOURCES})
    target_link_libraries(${target} INTERFACE ${ARG_DEPS})
  endif()
  add_library(usher::${ARG_NAME} ALIAS ${target})
endfunction()

function(usher_executable)
  cmake_parse_arguments(PARSE_ARGV 0 ARG "" "NAME" "SOURCES;DEPS")
  usher_check_arguments(usher_executable)
  add_executable(${ARG_NAME} ${ARG_SOURCES})
  target_link_libraries(${ARG_NAME} PRIVATE usher_compile_options ${ARG_DEPS})
endfunction()

function(usher_test)
  cmake_parse_arguments(
    PARSE_ARGV 0 ARG "ONE_PROCESS" "NAME;LABELS;TIMEOUT" "SOURCES;DEPS;NEEDS;ARGS")
  usher_check_arguments(usher_test)
  if(NOT ARG_LABELS IN_LIST usher_test_labels)
    message(FATAL_ERROR "usher_test(NAME ${ARG_NAME}): LABELS is one of ${usher_test_labels}")
  endif()
  if(NOT ARG_TIMEOUT)
    set(ARG_TIMEOUT 60)
    if(ARG_LABELS STREQUAL slow)
      set(ARG_TIMEOUT 600)
    endif()
  endif()

  add_executable(${ARG_NAME} ${ARG_SOURCES})
  target_link_libraries(
    ${ARG_NAME} PRIVATE usher_compile_options ${ARG_DEPS} GTest::gmock GTest::gtest_main)
  set_target_properties(
    ${ARG_NAME} PROPERTIES RUNTIME_OUTPUT_DIRECTORY ${CMAKE_RUNTIME_OUTPUT_DIRECTORY}/tests)
  if(ARG_NEEDS)
    add_dependencies(${ARG_NAME} ${ARG_NEEDS})
  endif()

  set(properties LABELS ${ARG_LABELS} TIMEOUT ${ARG_TIMEOUT}
                 ENVIRONMENT USHER_BIN_DIR=${CMAKE_RUNTIME_OUTPUT_DIRECTORY})
  if(ARG_ONE_PROCESS)
    add_test(NAME ${ARG_NAME} COMMAND ${ARG_NAME} ${ARG_ARGS})
    set_tests_properties(${ARG_NAME} PROPERTIES ${properties})
  else()
    # The time limit is for asking the binary for its tests on a machine that is busy.
    gtest_discover_tests(
      ${ARG_NAME} EXTRA_ARGS ${ARG_ARGS} DISCOVERY_TIMEOUT 120 PROPERTIES ${properties})
  endif()
endfunction()
