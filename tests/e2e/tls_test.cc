// TLS between a real server and real clients: encryption, certificates of clients, renewal.
#include "auth/tls.h"

#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "absl/time/clock.h"
#include "auth/certificate_watch.h"
#include "client/cli/server_certificate.h"
#include "client/cli/unreached.h"
#include "client/lib/client.h"
#include "gmock/gmock.h"
#include "grpcpp/grpcpp.h"
#include "gtest/gtest.h"
#include "openssl/ssl.h"
#include "tests/support/certificates.h"
#include "tests/support/http_client.h"
#include "tests/support/test_server.h"

namespace usher::e2e {
namespace {

using ::testing::HasSubstr;
using testing::Identity;
using testing::MakeAuthority;
using testing::MakeIdentity;
using testing::TempDir;
using testing::WriteFile;

constexpr absl::Duration kSoon = absl::Milliseconds(20);

// Waits for it, ten seconds at most.
bool Becomes(const std::function<bool()>& true_) {
  const absl::Time deadline = absl::Now() + absl::Seconds(10);
  while (!true_() && absl::Now() < deadline) absl::SleepFor(kSoon);
  return true_();
}

class TlsTest : public ::testing::Test {
 protected:
  std::string Path(const std::string& name) const { return directory_.path() + "/" + name; }

  // Where the server finds its identity, and clients their authorities.
  void Write(const Identity& server) {
    WriteFile(Path("server.pem"), server.certificate);
    WriteFile(Path("server.key"), server.key);
    WriteFile(Path("ca.pem"), authority_.certificate);
  }

  ServerOptions Options() const {
    ServerOptions options;
    options.tls.certificate = Path("server.pem");
    options.tls.key = Path("server.key");
    return options;
  }

  // For clients alone whose certificate one of `authorities` has signed.
  ServerOptions OptionsFor(const std::string& authorities) const {
    ServerOptions options = Options();
    options.tls.client_ca = WriteFile(Path("clients.pem"), authorities);
    return options;
  }

  // What a client is answered that trusts `ca`, and shows `mine` where it has something to show.
  absl::StatusCode Ask(const testing::TestServer& server, const std::string& ca,
                       const Identity& mine = {}) {
    const ClientOptions options = OptionsOf(server, ca, mine);
    const auto answer = Client(options).WhoAmI(v1::WhoAmIRequest());
    return answer.ok() ? absl::StatusCode::kOk : answer.error().code;
  }

  // What usher says of it.
  std::string Said(const testing::TestServer& server, const std::string& ca,
                   const Identity& mine = {}) {
    const ClientOptions options = OptionsOf(server, ca, mine);
    const auto answer = Client(options).WhoAmI(v1::WhoAmIRequest());
    if (answer.ok() || !cli::IsUnreached(answer.error())) return "";
    return cli::WhyUnreached(answer.error(), options.server, options.tls).sentence;
  }

  const TempDir directory_;
  const Identity authority_ = MakeAuthority("Acme authority");

 private:
  ClientOptions OptionsOf(const testing::TestServer& server, const std::string& ca,
                          const Identity& mine) {
    ClientOptions options;
    options.server = server.address();
    options.token = ReadOperatorToken(server.data_dir());
    options.timeout = absl::Seconds(5);
    options.retry.attempts_max = 1;
    options.tls.enabled = !ca.empty();
    options.tls.ca_file = ca;
    if (!mine.certificate.empty()) {
      options.tls.certificate_file = WriteFile(Path("mine.pem"), mine.certificate);
      options.tls.key_file = WriteFile(Path("mine.key"), mine.key);
    }
    return options;
  }
};

TEST_F(TlsTest, ClientsThatTrustTheAuthorityAreServedAndOthersAreNot) {
  Write(MakeIdentity("usherd", authority_));
  testing::TestServer server(Options());
  EXPECT_EQ(Ask(server, Path("ca.pem")), absl::StatusCode::kOk);
  const std::string stranger =
      WriteFile(Path("other.pem"), MakeAuthority("Another authority").certificate);
  EXPECT_EQ(Ask(server, stranger), absl::StatusCode::kUnavailable);
  EXPECT_EQ(Ask(server, ""), absl::StatusCode::kUnavailable) << "plaintext is not answered";
}

TEST_F(TlsTest, WhoMustShowACertificateIsServedWithOneOnly) {
  Write(MakeIdentity("usherd", authority_));
  const Identity clients = MakeAuthority("Acme's clients");
  testing::TestServer server(OptionsFor(clients.certificate));
  EXPECT_EQ(Ask(server, Path("ca.pem"), MakeIdentity("console", clients)), absl::StatusCode::kOk);
  EXPECT_NE(Ask(server, Path("ca.pem"), MakeIdentity("console", authority_)),
            absl::StatusCode::kOk);
  EXPECT_NE(Ask(server, Path("ca.pem")), absl::StatusCode::kOk);
}

TEST_F(TlsTest, WhoIsNotServedIsToldWhatIsWrong) {
  Write(MakeIdentity("usherd", authority_));
  const Identity clients = MakeAuthority("Acme's clients");
  testing::TestServer server(OptionsFor(clients.certificate));
  EXPECT_EQ(Said(server, Path("ca.pem"), MakeIdentity("console", clients)), "");
  EXPECT_THAT(Said(server, Path("ca.pem")), HasSubstr("wants a certificate of its clients"));
  EXPECT_THAT(Said(server, Path("ca.pem"), MakeIdentity("console", authority_)),
              HasSubstr("does not accept the certificate " + Path("mine.pem")));
  EXPECT_THAT(Said(server, ""), HasSubstr("as it seems it speaks TLS"));
  EXPECT_THAT(Said(server, Path("clients.pem")), HasSubstr("clients.pem has signed it"));
  const std::string noise = WriteFile(Path("noise"), "no PEM at all");
  EXPECT_THAT(Said(server, noise), HasSubstr("TLS can't be spoken with " + noise));
  const testing::TestServer plaintext;
  EXPECT_THAT(Said(plaintext, Path("ca.pem")), HasSubstr("does not speak TLS"));
}

// What usher doctor tells of it, also to whom the server would not serve.
TEST_F(TlsTest, TheCertificateCanBeLookedAtWithoutACall) {
  Write(MakeIdentity("usherd", authority_));
  testing::TestServer server(OptionsFor(MakeAuthority("Clients").certificate));
  TlsOptions tls;
  tls.ca_file = Path("ca.pem");
  const auto certificate = cli::AskForCertificate(server.address(), tls, absl::Seconds(5));
  ASSERT_TRUE(certificate.ok()) << certificate.status();
  EXPECT_EQ(certificate->subject, "CN=usherd");
  EXPECT_EQ(certificate->objection, "");
  EXPECT_GT(certificate->expire_time, absl::Now());
  EXPECT_LT(certificate->expire_time, absl::Now() + absl::Hours(24 * 30));
}

TEST_F(TlsTest, ACertificateThatIsNotToBeTrustedIsShownWithTheReason) {
  Write(MakeIdentity("usherd", authority_));
  testing::TestServer server(Options());
  const auto objection = [&server](const std::string& host, const std::string& ca) {
    TlsOptions tls;
    tls.ca_file = ca;
    const auto certificate =
        cli::AskForCertificate(host + ":" + std::to_string(server.port()), tls, absl::Seconds(5));
    return certificate.ok() ? certificate->objection : certificate.status().ToString();
  };
  EXPECT_EQ(objection("127.0.0.1", Path("ca.pem")), "");
  // The same machine by a name that the certificate does not have.
  EXPECT_EQ(objection("127.1", Path("ca.pem")), "hostname mismatch");
  const std::string stranger = WriteFile(Path("other.pem"), MakeAuthority("Other").certificate);
  EXPECT_EQ(objection("127.0.0.1", stranger), "unable to get local issuer certificate");
}

TEST_F(TlsTest, WhereThereIsNoCertificateThatIsSaid) {
  const testing::TestServer plaintext;
  EXPECT_EQ(cli::AskForCertificate(plaintext.address(), {}, absl::Seconds(5)).status().code(),
            absl::StatusCode::kUnavailable);
  EXPECT_EQ(cli::AskForCertificate("127.0.0.1:1", {}, absl::Seconds(5)).status().code(),
            absl::StatusCode::kNotFound);
  for (const char* server : {"unix:/run/usher", "usher.example", "host:", ":7600", "host:http"}) {
    EXPECT_EQ(cli::AskForCertificate(server, {}, absl::Seconds(5)).status().code(),
              absl::StatusCode::kInvalidArgument)
        << server;
  }
}

// Shows its certificate, and is gone before the client has read all of it.
void BreakHandshake(int listener, const std::string& certificate, const std::string& key) {
  const int client = accept(listener, nullptr, nullptr);
  std::array<char, 4096> hello{};
  const ssize_t size = recv(client, hello.data(), hello.size(), 0);
  SSL_CTX* context = SSL_CTX_new(TLS_server_method());
  SSL_CTX_use_certificate_chain_file(context, certificate.c_str());
  SSL_CTX_use_PrivateKey_file(context, key.c_str(), SSL_FILETYPE_PEM);
  SSL* ssl = SSL_new(context);
  BIO* in = BIO_new(BIO_s_mem());
  BIO* out = BIO_new(BIO_s_mem());
  SSL_set_bio(ssl, in, out);
  BIO_write(in, hello.data(), static_cast<int>(size));
  SSL_accept(ssl);
  std::array<char, 16384> flight{};
  const int length = BIO_read(out, flight.data(), static_cast<int>(flight.size()));
  send(client, flight.data(), static_cast<size_t>(length), MSG_NOSIGNAL);
  shutdown(client, SHUT_WR);
  const linger reset{.l_onoff = 1, .l_linger = 0};
  setsockopt(client, SOL_SOCKET, SO_LINGER, &reset, sizeof reset);
  close(client);
  SSL_free(ssl);
  SSL_CTX_free(context);
}

TEST_F(TlsTest, AServerThatBreaksTheHandshakeDoesNotEndTheProcess) {
  Write(MakeIdentity("usherd", authority_));
  const int listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{.sin_family = AF_INET, .sin_port = 0, .sin_addr = {}, .sin_zero = {}};
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t length = sizeof address;
  auto* any = reinterpret_cast<sockaddr*>(&address);  // NOLINT: C's own way.
  ASSERT_EQ(bind(listener, any, length), 0);
  ASSERT_EQ(listen(listener, 1), 0);
  ASSERT_EQ(getsockname(listener, any, &length), 0);
  // The client has to write after it was hung up on, which not each attempt brings about.
  for (int attempt = 0; attempt < 20; ++attempt) {
    std::thread server(BreakHandshake, listener, Path("server.pem"), Path("server.key"));
    const auto certificate = cli::AskForCertificate(
        "127.0.0.1:" + std::to_string(ntohs(address.sin_port)), {}, absl::Seconds(5));
    server.join();
    EXPECT_TRUE(certificate.ok() || absl::IsUnavailable(certificate.status()));
  }
  close(listener);
}

TEST_F(TlsTest, ARenewedCertificateIsInUseWithoutARestart) {
  Write(MakeIdentity("usherd", authority_));
  testing::TestServer server(Options());
  ASSERT_EQ(Ask(server, Path("ca.pem")), absl::StatusCode::kOk);
  // Signed by another authority, so that clients can tell.
  const Identity next = MakeAuthority("Next authority");
  const std::string trust = WriteFile(Path("next.pem"), next.certificate);
  const Identity renewed = MakeIdentity("usherd", next);
  WriteFile(Path("server.key"), renewed.key);
  WriteFile(Path("server.pem"), renewed.certificate);
  const absl::Time deadline = absl::Now() + 3 * auth::kCertificateRefresh + absl::Seconds(5);
  while (Ask(server, trust) != absl::StatusCode::kOk && absl::Now() < deadline) {
    absl::SleepFor(absl::Milliseconds(500));
  }
  EXPECT_EQ(Ask(server, trust), absl::StatusCode::kOk);
  EXPECT_NE(Ask(server, Path("ca.pem")), absl::StatusCode::kOk);
}

TEST_F(TlsTest, ABadRenewalLeavesTheLastGoodCertificateInUseAndIsToldToWhoAsks) {
  Write(MakeIdentity("usherd", authority_));
  ServerOptions options = Options();
  options.tls_refresh = kSoon;
  options.http_listen = "127.0.0.1:0";
  testing::TestServer server(options);
  const auto told = [&](const std::string& sample) {
    return Becomes([&] {
      const std::string page = testing::HttpClient(server.http_port()).Get("/metrics").body;
      return page.find("\n" + sample + "\n") != std::string::npos;
    });
  };
  EXPECT_TRUE(told("usher_tls_files_bad 0"));
  const Identity foreign = MakeIdentity("usherd", authority_);
  for (const std::string& bad : {foreign.certificate, std::string("junk"), std::string()}) {
    WriteFile(Path("server.pem"), bad);
    EXPECT_TRUE(told("usher_tls_files_bad 1")) << bad;
    EXPECT_EQ(Ask(server, Path("ca.pem")), absl::StatusCode::kOk) << bad;
  }
  const Identity next = MakeAuthority("Next authority");
  const std::string trust = WriteFile(Path("next.pem"), next.certificate);
  const Identity renewed = MakeIdentity("usherd", next);
  WriteFile(Path("server.key"), renewed.key);
  WriteFile(Path("server.pem"), renewed.certificate);
  EXPECT_TRUE(told("usher_tls_files_bad 0"));
  EXPECT_EQ(Ask(server, trust), absl::StatusCode::kOk);
}

TEST_F(TlsTest, ABadListOfAuthoritiesLetsInWhoCouldComeBefore) {
  Write(MakeIdentity("usherd", authority_));
  const Identity clients = MakeAuthority("Acme's clients");
  const Identity console = MakeIdentity("console", clients);
  ServerOptions options = OptionsFor(clients.certificate);
  options.tls_refresh = kSoon;
  testing::TestServer server(options);
  WriteFile(Path("clients.pem"), "junk");
  absl::SleepFor(10 * kSoon);
  EXPECT_EQ(Ask(server, Path("ca.pem"), console), absl::StatusCode::kOk);
  EXPECT_NE(Ask(server, Path("ca.pem")), absl::StatusCode::kOk);
  WriteFile(Path("clients.pem"), MakeAuthority("Others").certificate);
  EXPECT_TRUE(Becomes(
      [&] { return Ask(server, Path("ca.pem"), console) == absl::StatusCode::kUnavailable; }));
}

TEST_F(TlsTest, EachFaultOfTheFilesIsToldOnceAndTheEndOfItToo) {
  const Identity mine = MakeIdentity("usherd", authority_);
  Write(mine);
  std::mutex mutex;
  std::vector<std::string> told;
  const auto listen = [&](const absl::Status& status) {
    const std::lock_guard lock(mutex);
    told.emplace_back(status.message());
  };
  const auto so_far = [&] {
    const std::lock_guard lock(mutex);
    return told;
  };
  const auto watch = auth::CertificateWatch::Start(Options().tls, listen, kSoon);
  ASSERT_TRUE(watch.ok()) << watch.status();
  WriteFile(Path("server.key"), "junk");
  ASSERT_TRUE(Becomes([&] { return !so_far().empty() && (*watch)->refuses(); }));
  absl::SleepFor(5 * kSoon);
  const size_t faults = so_far().size();
  EXPECT_THAT(so_far().back(), HasSubstr("has no private key"));
  absl::SleepFor(5 * kSoon);
  EXPECT_EQ(so_far().size(), faults);
  WriteFile(Path("server.key"), mine.key);
  ASSERT_TRUE(Becomes([&] { return so_far().back().empty(); }));
  EXPECT_FALSE((*watch)->refuses());
}

TEST_F(TlsTest, WhatIsWrongWithTheFilesIsSaid) {
  const Identity mine = MakeIdentity("usherd", authority_);
  Write(mine);
  WriteFile(Path("foreign.key"), MakeIdentity("other", authority_).key);
  WriteFile(Path("noise"), "no PEM at all");
  WriteFile(Path("cut.pem"), mine.certificate + mine.certificate.substr(0, 200));
  const struct {
    auth::TlsFiles files;
    const char* said;
  } cases[] = {
      {{Path("server.pem"), "", ""}, "both --tls-cert and --tls-key"},
      {{"", "", Path("ca.pem")}, "both --tls-cert and --tls-key"},
      {{Path("nowhere"), Path("server.key"), ""}, "--tls-cert "},
      {{Path("noise"), Path("server.key"), ""}, "has no certificate"},
      {{Path("cut.pem"), Path("server.key"), ""}, "is damaged behind certificate 1"},
      {{Path("server.pem"), Path("nowhere"), ""}, "can't be read"},
      {{Path("server.pem"), Path("noise"), ""}, "has no private key"},
      {{Path("server.pem"), Path("foreign.key"), ""}, "is not the key of the certificate"},
      {{Path("server.pem"), Path("server.key"), Path("noise")}, "--tls-client-ca "},
  };
  for (const auto& wrong : cases) {
    const absl::Status status = auth::ReadTlsFiles(wrong.files).status();
    EXPECT_TRUE(absl::IsInvalidArgument(status)) << status;
    EXPECT_NE(std::string(status.message()).find(wrong.said), std::string::npos) << status;
  }
  EXPECT_TRUE(auth::ReadTlsFiles({Path("server.pem"), Path("server.key"), ""}).ok());
}

}  // namespace
}  // namespace usher::e2e
