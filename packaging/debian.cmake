# The Debian packages: usher-server, usher-cli, libusher-dev. tools/package/build makes them.

set(CPACK_GENERATOR DEB)
set(CPACK_PACKAGE_NAME usher)
set(CPACK_PACKAGE_VENDOR Usher)
set(CPACK_PACKAGE_CONTACT "Usher maintainers <maintainers@usher.invalid>" CACHE STRING
    "Who answers for the Debian packages")
set(CPACK_VERBATIM_VARIABLES ON)
set(CPACK_STRIP_FILES ON)
# So that what is installed by absolute path, the settings, comes along.
set(CPACK_SET_DESTDIR ON)
set(CPACK_INSTALL_PREFIX /usr)
set(CPACK_COMPONENTS_ALL server cli dev)
set(CPACK_COMPONENTS_GROUPING IGNORE)

set(CPACK_DEB_COMPONENT_INSTALL ON)
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_PACKAGE_RELEASE 1)
set(CPACK_DEBIAN_PACKAGE_PRIORITY optional)
set(CPACK_DEBIAN_PACKAGE_CONTROL_STRICT_PERMISSION ON)

set(CPACK_DEBIAN_SERVER_PACKAGE_NAME usher-server)
set(CPACK_DEBIAN_SERVER_PACKAGE_SECTION admin)
set(CPACK_DEBIAN_SERVER_PACKAGE_SHLIBDEPS ON)
# Months are counted in an account's time zone.
set(CPACK_DEBIAN_SERVER_PACKAGE_DEPENDS tzdata)
set(CPACK_DEBIAN_SERVER_PACKAGE_RECOMMENDS usher-cli)
set(CPACK_COMPONENT_SERVER_DESCRIPTION
    "license-entitlement server for contact centres
Usher shows every agent of a contact centre to a seat: it knows which
licenses an application holds, binds each agent license to one email
address, occupies it when the agent logs in, and refuses the login when
none is left, with the reason and with what would end it. It counts SIP
phones against their licenses and meters Voice AI calls.
.
This package has the server, usherd, with its unit for systemd.")
set(CPACK_DEBIAN_SERVER_PACKAGE_CONTROL_EXTRA
    ${CMAKE_CURRENT_SOURCE_DIR}/debian/conffiles ${CMAKE_CURRENT_SOURCE_DIR}/debian/postinst
    ${CMAKE_CURRENT_SOURCE_DIR}/debian/prerm ${CMAKE_CURRENT_SOURCE_DIR}/debian/postrm)

set(CPACK_DEBIAN_CLI_PACKAGE_NAME usher-cli)
set(CPACK_DEBIAN_CLI_PACKAGE_SECTION admin)
set(CPACK_DEBIAN_CLI_PACKAGE_SHLIBDEPS ON)
set(CPACK_DEBIAN_CLI_PACKAGE_DEPENDS tzdata)
set(CPACK_DEBIAN_CLI_PACKAGE_RECOMMENDS ca-certificates)
set(CPACK_DEBIAN_CLI_PACKAGE_SUGGESTS bash-completion)
set(CPACK_COMPONENT_CLI_DESCRIPTION
    "command line of the Usher license-entitlement server
Usher knows which licenses the agents, SIP phones and Voice AI calls of a
contact centre hold, and who may have the next one.
.
This package has the command line, usher, which talks to a server on this
machine or another: accounts and applications, orders, licenses, agents,
resets, events, tokens.")

set(CPACK_DEBIAN_DEV_PACKAGE_NAME libusher-dev)
set(CPACK_DEBIAN_DEV_PACKAGE_SECTION libdevel)
# Code that protoc generated fits the headers of its own version only.
string(REGEX MATCH "^[0-9]+\\.[0-9]+" protobuf_series ${Protobuf_VERSION})
string(REGEX REPLACE "^[0-9]+\\." "" protobuf_minor ${protobuf_series})
string(REGEX REPLACE "\\..*$" "" protobuf_major ${protobuf_series})
math(EXPR protobuf_next "${protobuf_minor} + 1")
set(CPACK_DEBIAN_DEV_PACKAGE_DEPENDS
    "libabsl-dev, libgrpc++-dev, libprotobuf-dev (>= ${Protobuf_VERSION}), \
libprotobuf-dev (<< ${protobuf_major}.${protobuf_next})")
set(CPACK_COMPONENT_DEV_DESCRIPTION
    "C++ client of the Usher license-entitlement server
Usher knows which licenses the agents, SIP phones and Voice AI calls of a
contact centre hold, and who may have the next one.
.
This package has the client library for C++ with a package for CMake, and
the protos, from which clients in other languages are generated.")

set(CPACK_PRE_BUILD_SCRIPTS ${CMAKE_CURRENT_SOURCE_DIR}/debian/finish.cmake)
set(CPACK_USHER_DEBIAN_DIR ${CMAKE_CURRENT_SOURCE_DIR}/debian)
set(CPACK_USHER_STRIP ${CMAKE_STRIP})
include(CPack)
