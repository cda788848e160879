#include "client/cli/server_certificate.h"

#include <netdb.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include <ctime>
#include <memory>
#include <optional>
#include <utility>

#include "absl/strings/str_cat.h"
#include "openssl/ssl.h"
#include "openssl/x509.h"

namespace usher::cli {
namespace {

// What gRPC speaks, as ALPN has it: its length before it.
constexpr unsigned char kHttp2[] = {2, 'h', '2'};

template <auto kFree>
struct Freer {
  template <typename T>
  void operator()(T* pointer) const {
    kFree(pointer);
  }
};

using ContextPointer = std::unique_ptr<SSL_CTX, Freer<SSL_CTX_free>>;
using SslPointer = std::unique_ptr<SSL, Freer<SSL_free>>;
using CertificatePointer = std::unique_ptr<X509, Freer<X509_free>>;
using AddressesPointer = std::unique_ptr<addrinfo, Freer<freeaddrinfo>>;

class Socket {
 public:
  explicit Socket(int fd) : fd_(fd) {}
  ~Socket() {
    if (fd_ >= 0) close(fd_);
  }
  Socket(Socket&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  Socket& operator=(Socket&&) = delete;

  int fd() const { return fd_; }

 private:
  int fd_;
};

// OpenSSL writes to a socket in a way that ends the process where the server has gone meanwhile.
// That signal is kept from this thread only: who pipes a list into `head` is to end by it.
class PipeSignalKept {
 public:
  PipeSignalKept() {
    sigemptyset(&pipe_);
    sigaddset(&pipe_, SIGPIPE);
    pthread_sigmask(SIG_BLOCK, &pipe_, &before_);
  }
  ~PipeSignalKept() {
    const timespec at_once{};
    while (sigtimedwait(&pipe_, nullptr, &at_once) == SIGPIPE) continue;
    pthread_sigmask(SIG_SETMASK, &before_, nullptr);
  }
  PipeSignalKept(const PipeSignalKept&) = delete;
  PipeSignalKept& operator=(const PipeSignalKept&) = delete;

 private:
  sigset_t pipe_;
  sigset_t before_;
};

// HOST and PORT; a host that is an IPv6 address stands in brackets.
std::optional<std::pair<std::string, std::string>> Split(const std::string& server) {
  const size_t colon = server.rfind(':');
  if (colon == std::string::npos || colon == 0 || colon + 1 == server.size()) return std::nullopt;
  std::string host = server.substr(0, colon);
  const std::string port = server.substr(colon + 1);
  if (port.find_first_not_of("0123456789") != std::string::npos) return std::nullopt;
  if (host.front() == '[' && host.back() == ']') host = host.substr(1, host.size() - 2);
  if (host.find('/') != std::string::npos) return std::nullopt;
  return std::make_pair(std::move(host), port);
}

// A connection whose reads and writes take `patience` at most, each.
std::optional<Socket> ConnectTo(const std::string& host, const std::string& port,
                                absl::Duration patience) {
  addrinfo wanted{};
  wanted.ai_socktype = SOCK_STREAM;
  addrinfo* found = nullptr;
  if (getaddrinfo(host.c_str(), port.c_str(), &wanted, &found) != 0) return std::nullopt;
  const AddressesPointer addresses(found);
  const timeval limit = absl::ToTimeval(patience);
  for (const addrinfo* each = found; each != nullptr; each = each->ai_next) {
    Socket socket(::socket(each->ai_family, each->ai_socktype | SOCK_CLOEXEC, each->ai_protocol));
    if (socket.fd() < 0) continue;
    setsockopt(socket.fd(), SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof limit);
    setsockopt(socket.fd(), SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
    if (connect(socket.fd(), each->ai_addr, each->ai_addrlen) == 0) return socket;
  }
  return std::nullopt;
}

std::string SubjectOf(const X509* certificate) {
  char text[256] = {};
  X509_NAME_oneline(X509_get_subject_name(certificate), text, sizeof text);
  // "/CN=usher.example/O=..."
  return text[0] == '/' ? std::string(text + 1) : std::string(text);
}

std::optional<absl::Time> ExpiryOf(const X509* certificate) {
  std::tm time{};
  if (ASN1_TIME_to_tm(X509_get0_notAfter(certificate), &time) != 1) return std::nullopt;
  return absl::FromTM(time, absl::UTCTimeZone());
}

}  // namespace

absl::StatusOr<ServerCertificate> AskForCertificate(const std::string& server,
                                                    const TlsOptions& tls,
                                                    absl::Duration patience) {
  auto address = Split(server);
  if (!address.has_value()) {
    return absl::InvalidArgumentError(
        absl::StrCat("'", server, "' is not of the form HOST:PORT, so that it was not looked at."));
  }
  const PipeSignalKept kept;
  const std::optional<Socket> socket = ConnectTo(address->first, address->second, patience);
  if (!socket.has_value()) return absl::NotFoundError("Nothing answers there.");
  const absl::Status none = absl::UnavailableError("The server showed no certificate.");
  const ContextPointer context(SSL_CTX_new(TLS_client_method()));
  if (context == nullptr) return none;
  if (!tls.certificate_file.empty()) {
    SSL_CTX_use_certificate_chain_file(context.get(), tls.certificate_file.c_str());
    SSL_CTX_use_PrivateKey_file(context.get(), tls.key_file.c_str(), SSL_FILETYPE_PEM);
  }
  // Nothing is refused for it: what is found is told.
  if (tls.ca_file.empty()) {
    SSL_CTX_set_default_verify_paths(context.get());
  } else {
    SSL_CTX_load_verify_file(context.get(), tls.ca_file.c_str());
  }
  const SslPointer ssl(SSL_new(context.get()));
  if (ssl == nullptr) return none;
  SSL_set_fd(ssl.get(), socket->fd());
  // As the macro SSL_set_tlsext_host_name has it, which casts in C's way.
  SSL_ctrl(ssl.get(), SSL_CTRL_SET_TLSEXT_HOSTNAME, TLSEXT_NAMETYPE_host_name,
           address->first.data());
  if (X509_VERIFY_PARAM_set1_ip_asc(SSL_get0_param(ssl.get()), address->first.c_str()) != 1) {
    SSL_set1_host(ssl.get(), address->first.c_str());
  }
  SSL_set_alpn_protos(ssl.get(), kHttp2, sizeof kHttp2);
  // Whatever comes of the handshake: where the server wants a certificate, its own has come before.
  SSL_connect(ssl.get());
  const CertificatePointer certificate(SSL_get1_peer_certificate(ssl.get()));
  if (certificate == nullptr) return none;
  const std::optional<absl::Time> expire_time = ExpiryOf(certificate.get());
  if (!expire_time.has_value()) return none;
  const long objection = SSL_get_verify_result(ssl.get());  // NOLINT: OpenSSL's own type.
  return ServerCertificate{
      .subject = SubjectOf(certificate.get()),
      .expire_time = *expire_time,
      .objection = objection == X509_V_OK ? "" : X509_verify_cert_error_string(objection)};
}

}  // namespace usher::cli
