// HOST:PORT as an administrator writes it: "127.0.0.1:7600", "[::1]:7600", "localhost:0". Plain
// values, any thread.
#pragma once

#include <optional>
#include <string>

namespace usher {

struct HostPort {
  // Without the brackets of an IPv6 address.
  std::string host;
  int port = 0;
};

// None where the text is of another form, or the port is none.
std::optional<HostPort> ParseHostPort(const std::string& text);

// Whether only this machine reaches what listens there. A name other than localhost may be
// anything.
bool IsLoopback(const std::string& host);

}  // namespace usher
