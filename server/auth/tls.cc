#include "auth/tls.h"

#include <cstdio>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "grpcpp/security/server_credentials.h"
#include "grpcpp/security/tls_certificate_provider.h"
#include "grpcpp/security/tls_credentials_options.h"
#include "openssl/pem.h"
#include "openssl/x509.h"

namespace usher::auth {
namespace {

struct FreeX509 {
  void operator()(X509* certificate) const { X509_free(certificate); }
};
struct FreeKey {
  void operator()(EVP_PKEY* key) const { EVP_PKEY_free(key); }
};
struct CloseFile {
  void operator()(std::FILE* file) const { std::fclose(file); }
};
using Certificate = std::unique_ptr<X509, FreeX509>;
using Key = std::unique_ptr<EVP_PKEY, FreeKey>;
using File = std::unique_ptr<std::FILE, CloseFile>;

absl::Status Wrong(const char* option, const std::string& path, const char* what) {
  return absl::InvalidArgumentError(absl::StrCat(option, " ", path, " ", what));
}

absl::StatusOr<File> Open(const char* option, const std::string& path) {
  File file(std::fopen(path.c_str(), "re"));
  if (file == nullptr) return Wrong(option, path, "can't be read");
  return file;
}

absl::StatusOr<Certificate> ReadCertificate(const char* option, const std::string& path) {
  absl::StatusOr<File> file = Open(option, path);
  if (!file.ok()) return file.status();
  Certificate certificate(PEM_read_X509(file->get(), nullptr, nullptr, nullptr));
  if (certificate == nullptr) return Wrong(option, path, "has no certificate in the form of PEM");
  return certificate;
}

absl::Status CheckPair(const TlsFiles& files) {
  absl::StatusOr<Certificate> certificate = ReadCertificate("--tls-cert", files.certificate);
  if (!certificate.ok()) return certificate.status();
  absl::StatusOr<File> file = Open("--tls-key", files.key);
  if (!file.ok()) return file.status();
  const Key key(PEM_read_PrivateKey(file->get(), nullptr, nullptr, nullptr));
  if (key == nullptr) return Wrong("--tls-key", files.key, "has no private key in the form of PEM");
  if (X509_check_private_key(certificate->get(), key.get()) != 1) {
    return Wrong("--tls-key", files.key, "is not the key of the certificate of --tls-cert");
  }
  return absl::OkStatus();
}

absl::Status Check(const TlsFiles& files) {
  if (files.certificate.empty() || files.key.empty()) {
    return absl::InvalidArgumentError("TLS needs both --tls-cert and --tls-key");
  }
  if (absl::Status status = CheckPair(files); !status.ok()) return status;
  if (files.client_ca.empty()) return absl::OkStatus();
  return ReadCertificate("--tls-client-ca", files.client_ca).status();
}

}  // namespace

absl::StatusOr<std::shared_ptr<grpc::ServerCredentials>> MakeCredentials(const TlsFiles& files) {
  if (absl::Status status = Check(files); !status.ok()) return status;
  namespace tls = grpc::experimental;
  tls::TlsServerCredentialsOptions options(std::make_shared<tls::FileWatcherCertificateProvider>(
      files.key, files.certificate, files.client_ca, kCertificateRefreshSeconds));
  options.watch_identity_key_cert_pairs();
  if (!files.client_ca.empty()) {
    options.watch_root_certs();
    options.set_cert_request_type(GRPC_SSL_REQUEST_AND_REQUIRE_CLIENT_CERTIFICATE_AND_VERIFY);
  }
  return tls::TlsServerCredentials(options);
}

}  // namespace usher::auth
