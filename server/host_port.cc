#include "server/host_port.h"

#include <arpa/inet.h>

#include "absl/strings/numbers.h"

namespace usher {
namespace {

constexpr int kPortMax = 65535;

}  // namespace

std::optional<HostPort> ParseHostPort(const std::string& text) {
  const size_t colon = text.rfind(':');
  if (colon == std::string::npos) return std::nullopt;
  HostPort parsed{text.substr(0, colon), 0};
  const std::string port = text.substr(colon + 1);
  const bool digits = port.find_first_not_of("0123456789") == std::string::npos;
  if (!digits || !absl::SimpleAtoi(port, &parsed.port) || parsed.port > kPortMax) {
    return std::nullopt;
  }
  std::string& host = parsed.host;
  if (host.size() > 2 && host.front() == '[' && host.back() == ']') {
    host = host.substr(1, host.size() - 2);
  } else if (host.find(':') != std::string::npos) {
    return std::nullopt;
  }
  if (host.empty() || host.find_first_of("/ ") != std::string::npos) return std::nullopt;
  return parsed;
}

bool IsLoopback(const std::string& host) {
  if (host == "localhost") return true;
  in_addr v4{};
  if (inet_pton(AF_INET, host.c_str(), &v4) == 1) return ntohl(v4.s_addr) >> 24 == 127;
  in6_addr v6{};
  return inet_pton(AF_INET6, host.c_str(), &v6) == 1 && IN6_IS_ADDR_LOOPBACK(&v6) != 0;
}

}  // namespace usher
