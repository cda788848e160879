#include "auth/tls.h"

#include <fstream>
#include <iterator>
#include <memory>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "openssl/err.h"
#include "openssl/pem.h"
#include "openssl/ssl.h"
#include "openssl/x509.h"

namespace usher::auth {
namespace {

constexpr char kCertificate[] = "--tls-cert";
constexpr char kKey[] = "--tls-key";
constexpr char kClientCa[] = "--tls-client-ca";

template <typename T, void (*Free)(T*)>
struct Freed {
  void operator()(T* object) const { Free(object); }
};
struct FreeBio {
  void operator()(BIO* bio) const { BIO_free(bio); }
};
using Bio = std::unique_ptr<BIO, FreeBio>;
using Certificate = std::unique_ptr<X509, Freed<X509, X509_free>>;
using Key = std::unique_ptr<EVP_PKEY, Freed<EVP_PKEY, EVP_PKEY_free>>;
using Context = std::unique_ptr<SSL_CTX, Freed<SSL_CTX, SSL_CTX_free>>;

absl::Status Wrong(const char* option, const std::string& path, const std::string& what) {
  return absl::InvalidArgumentError(absl::StrCat(option, " ", path, " ", what));
}

absl::StatusOr<std::string> ReadFile(const char* option, const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  std::string text{std::istreambuf_iterator<char>(file), {}};
  if (!file || text.empty()) return Wrong(option, path, "can't be read, or is empty");
  return text;
}

Bio ReaderOf(const std::string& pem) {
  return Bio(BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())));
}

// All of them: gRPC takes those in front of one that it can't make out, and says nothing.
absl::StatusOr<std::vector<Certificate>> ParseCertificates(const char* option,
                                                           const std::string& path,
                                                           const std::string& pem) {
  std::vector<Certificate> all;
  ERR_clear_error();
  const Bio reader = ReaderOf(pem);
  while (Certificate next{PEM_read_bio_X509(reader.get(), nullptr, nullptr, nullptr)}) {
    all.push_back(std::move(next));
  }
  const bool at_end = ERR_GET_REASON(ERR_peek_last_error()) == PEM_R_NO_START_LINE;
  ERR_clear_error();
  if (all.empty()) return Wrong(option, path, "has no certificate in the form of PEM");
  if (!at_end) {
    return Wrong(option, path,
                 absl::StrCat("is damaged behind certificate ", all.size(), " of its chain"));
  }
  return all;
}

// What gRPC will do with the pair, to learn what OpenSSL thinks of it: of a key too short, for one.
absl::Status TryPair(const TlsFiles& files, X509* certificate, EVP_PKEY* key) {
  const Context context(SSL_CTX_new(TLS_server_method()));
  const char* option = kCertificate;
  if (SSL_CTX_use_certificate(context.get(), certificate) == 1) {
    if (SSL_CTX_use_PrivateKey(context.get(), key) == 1) return absl::OkStatus();
    option = kKey;
  }
  const char* const reason = ERR_reason_error_string(ERR_get_error());
  ERR_clear_error();
  return Wrong(option, option == kKey ? files.key : files.certificate,
               absl::StrCat("can't be used: ", reason == nullptr ? "OpenSSL refuses it" : reason));
}

absl::Status CheckPair(const TlsFiles& files, const TlsMaterial& material) {
  const auto chain = ParseCertificates(kCertificate, files.certificate, material.certificate);
  if (!chain.ok()) return chain.status();
  // The empty passphrase, as gRPC gives it: nobody is asked for one.
  char no_passphrase[] = "";
  const Key key(
      PEM_read_bio_PrivateKey(ReaderOf(material.key).get(), nullptr, nullptr, no_passphrase));
  if (key == nullptr) {
    return Wrong(kKey, files.key, "has no private key in the form of PEM, without a passphrase");
  }
  if (X509_check_private_key(chain->front().get(), key.get()) != 1) {
    return Wrong(kKey, files.key, "is not the key of the certificate of --tls-cert");
  }
  return TryPair(files, chain->front().get(), key.get());
}

}  // namespace

absl::StatusOr<TlsMaterial> ReadTlsFiles(const TlsFiles& files) {
  if (files.certificate.empty() || files.key.empty()) {
    return absl::InvalidArgumentError("TLS needs both --tls-cert and --tls-key");
  }
  TlsMaterial material;
  const struct {
    const char* option;
    const std::string& path;
    std::string& text;
  } parts[] = {{kCertificate, files.certificate, material.certificate},
               {kKey, files.key, material.key},
               {kClientCa, files.client_ca, material.client_ca}};
  for (const auto& [option, path, text] : parts) {
    if (path.empty()) continue;
    absl::StatusOr<std::string> read = ReadFile(option, path);
    if (!read.ok()) return read.status();
    text = *std::move(read);
  }
  if (absl::Status status = CheckPair(files, material); !status.ok()) return status;
  if (!files.client_ca.empty()) {
    const auto authorities = ParseCertificates(kClientCa, files.client_ca, material.client_ca);
    if (!authorities.ok()) return authorities.status();
  }
  return material;
}

}  // namespace usher::auth
