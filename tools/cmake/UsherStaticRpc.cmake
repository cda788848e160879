# Has programs take gRPC, protobuf and Abseil along, instead of looking for them where they run.
#
# Debian's packages of these bring archives, too, but describe the shared libraries only. A call
# from one function of theirs to another then costs no jump through a table, and their variables
# of a thread no call: docs/performance.md has what that is worth.

# To be called behind find_package; what is linked later gets the archives.
function(usher_link_rpc_statically)
  get_property(targets DIRECTORY PROPERTY IMPORTED_TARGETS)
  list(FILTER targets INCLUDE REGEX "^(gRPC|absl|protobuf)::")
  foreach(target IN LISTS targets)
    get_target_property(configurations ${target} IMPORTED_CONFIGURATIONS)
    foreach(property IN ITEMS IMPORTED_LOCATION ${configurations})
      if(NOT property STREQUAL "IMPORTED_LOCATION")
        set(property IMPORTED_LOCATION_${property})
      endif()
      get_target_property(library ${target} ${property})
      if(library MATCHES "\\.so[.0-9]*$")
        string(REGEX REPLACE "\\.so[.0-9]*$" ".a" archive ${library})
        if(NOT EXISTS ${archive})
          message(FATAL_ERROR "${target} has no archive ${archive}; set USHER_STATIC_RPC=OFF")
        endif()
        set_target_properties(${target} PROPERTIES ${property} ${archive})
      endif()
    endforeach()
  endforeach()
endfunction()
