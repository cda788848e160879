// What is said where no server is reached, by what gRPC 1.51 says of it; tests/e2e/tls_test.cc has
// gRPC say it.
#include "client/cli/unreached.h"

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace usher::cli {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

constexpr char kServer[] = "usher.example:7600";

const TlsOptions kPlaintext = {};
const TlsOptions kTls = {.enabled = true, .ca_file = "", .certificate_file = "", .key_file = ""};
const TlsOptions kWithAuthority = {
    .enabled = true, .ca_file = "ca.pem", .certificate_file = "", .key_file = ""};
const TlsOptions kWithCertificate = {
    .enabled = true, .ca_file = "ca.pem", .certificate_file = "me.pem", .key_file = "me.key"};

struct Row {
  const TlsOptions& tls;
  // What stands behind "failed to connect to all addresses; last error: ".
  const char* said;
  const char* sentence;
  const char* hint;
};

Error Unavailable(const std::string& message) {
  return {.code = absl::StatusCode::kUnavailable, .message = message};
}

TEST(WhyUnreached, NamesWhatIsWrongWithTls) {
  const std::string untrusted =
      "UNKNOWN: ipv4:10.0.0.5:7600: Ssl handshake failed: SSL_ERROR_SSL: error:0A000086:SSL "
      "routines::certificate verify failed";
  const Row rows[] = {
      {kTls, untrusted.c_str(), "none of this machine's authorities has signed it",
       "--tls-ca FILE"},
      {kWithAuthority, untrusted.c_str(), "none of the authorities of ca.pem has signed it",
       "must be of the authority"},
      {kTls, "UNKNOWN: ipv4:10.0.0.5:7600: Peer name usher.example is not in peer certificate",
       "The certificate of the server at usher.example:7600 is not for usher.example.",
       "by a name that its certificate has"},
      {kTls,
       "UNKNOWN: ipv4:10.0.0.5:7600: Ssl handshake failed: SSL_ERROR_SSL: error:0A00010B:SSL "
       "routines::wrong version number",
       "What answers at usher.example:7600 does not speak TLS.", "--tls=false"},
      {kWithAuthority, "UNAVAILABLE: ipv4:10.0.0.5:7600: Socket closed",
       "wants a certificate of its clients", "--tls-cert FILE --tls-key FILE"},
      {kWithAuthority,
       "UNKNOWN: ipv4:10.0.0.5:7600: Ssl handshake failed: SSL_ERROR_SSL: error:0A000410:SSL "
       "routines::sslv3 alert handshake failure",
       "wants a certificate of its clients", "--tls-cert FILE --tls-key FILE"},
      {kWithCertificate, "UNAVAILABLE: ipv4:10.0.0.5:7600: Socket closed",
       "does not accept the certificate me.pem", "--tls-client-ca must have signed it"},
      {kTls,
       "UNKNOWN: ipv4:10.0.0.5:7600: Ssl handshake failed: SSL_ERROR_SSL: error:0A000102:SSL "
       "routines::unsupported protocol",
       "No TLS connection to usher.example:7600 comes about: unsupported protocol.", ""},
      {kPlaintext, "UNAVAILABLE: ipv4:10.0.0.5:7600: Socket closed",
       "What answers at usher.example:7600 hangs up: as it seems it speaks TLS.",
       "A server with TLS is reached by --tls"},
  };
  for (const Row& row : rows) {
    const Unreached why = WhyUnreached(
        Unavailable(absl::StrCat("failed to connect to all addresses; last error: ", row.said)),
        kServer, row.tls);
    EXPECT_THAT(why.sentence, HasSubstr(row.sentence));
    EXPECT_THAT(why.hint, HasSubstr(row.hint)) << row.sentence;
  }
}

TEST(WhyUnreached, FilesThatNoTlsCanBeSpokenWithAreNamed) {
  const Unreached why =
      WhyUnreached(Unavailable("empty address list: "), kServer, kWithCertificate);
  EXPECT_EQ(why.sentence, "TLS can't be spoken with ca.pem, me.pem, me.key.");
}

TEST(WhyUnreached, ANameThatNobodyKnowsIsNoServerThatIsDown) {
  const Unreached why = WhyUnreached(
      Unavailable("DNS resolution failed for usher.example:7600: Domain name not found"), kServer,
      kPlaintext);
  EXPECT_THAT(why.sentence, HasSubstr("No machine is known by the name in usher.example:7600"));
}

TEST(WhyUnreached, WhereNothingListensTlsIsNotSuspected) {
  for (const TlsOptions& tls : {kPlaintext, kTls, kWithCertificate}) {
    const Unreached why = WhyUnreached(
        Unavailable("failed to connect to all addresses; last error: UNKNOWN: ipv4:10.0.0.5:7600: "
                    "Failed to connect to remote host: Connection refused"),
        kServer, tls);
    EXPECT_THAT(why.sentence, HasSubstr("start usherd there"));
    EXPECT_THAT(why.hint, Not(HasSubstr("tls")));
  }
}

TEST(IsUnreached, IsNotWhatAServerAnswers) {
  Error error = Unavailable("The store refuses.");
  EXPECT_TRUE(IsUnreached(error));
  error.reason_name = "STORE_UNAVAILABLE";
  EXPECT_FALSE(IsUnreached(error));
}

}  // namespace
}  // namespace usher::cli
