# Run by cpack between the installation of the components and their packaging: what only Debian's
# packages have. Compressed pages of the manual, copyright and changelog, exceptions for lintian,
# static libraries without debugging symbols.

set(packages server:usher-server cli:usher-cli dev:libusher-dev)

function(run)
  execute_process(COMMAND ${ARGN} COMMAND_ERROR_IS_FATAL ANY)
endfunction()

foreach(pair IN LISTS packages)
  string(REPLACE ":" ";" pair ${pair})
  list(GET pair 0 component)
  list(GET pair 1 package)
  set(root ${CPACK_TEMPORARY_DIRECTORY}/${component})
  if(NOT IS_DIRECTORY ${root}/usr)
    message(FATAL_ERROR "No component ${component} in ${CPACK_TEMPORARY_DIRECTORY}")
  endif()

  file(GLOB pages ${root}/usr/share/man/man*/*)
  foreach(page IN LISTS pages)
    run(gzip --best --no-name ${page})
  endforeach()

  set(doc ${root}/usr/share/doc/${package})
  file(MAKE_DIRECTORY ${doc})
  configure_file(${CPACK_USHER_DEBIAN_DIR}/copyright ${doc}/copyright COPYONLY)
  configure_file(${CPACK_USHER_DEBIAN_DIR}/changelog ${doc}/changelog.Debian COPYONLY)
  run(gzip --best --no-name ${doc}/changelog.Debian)

  set(overrides ${CPACK_USHER_DEBIAN_DIR}/${package}.lintian-overrides)
  if(EXISTS ${overrides})
    configure_file(${overrides} ${root}/usr/share/lintian/overrides/${package} COPYONLY)
  endif()

  file(GLOB_RECURSE libraries ${root}/usr/lib/*.a)
  foreach(library IN LISTS libraries)
    run(${CPACK_USHER_STRIP} --strip-debug --remove-section=.comment --remove-section=.note
        --enable-deterministic-archives ${library})
  endforeach()
endforeach()
