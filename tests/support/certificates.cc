#include "tests/support/certificates.h"

#include <cstdio>
#include <cstdlib>
#include <fstream>

#include "openssl/evp.h"
#include "openssl/pem.h"
#include "openssl/rand.h"
#include "openssl/x509v3.h"

namespace usher::testing {
namespace {

constexpr long kValidSeconds = 24L * 3600;

template <typename T, void (*Free)(T*)>
struct Freed {
  void operator()(T* object) const { Free(object); }
};
using Certificate = std::unique_ptr<X509, Freed<X509, X509_free>>;
using Key = std::unique_ptr<EVP_PKEY, Freed<EVP_PKEY, EVP_PKEY_free>>;
struct FreeBio {
  void operator()(BIO* bio) const { BIO_free(bio); }
};
using Bio = std::unique_ptr<BIO, FreeBio>;

void Require(bool holds) {
  if (holds) return;
  std::fputs("test support: no certificate could be made\n", stderr);
  std::abort();
}

std::string TextOf(const Bio& bio) {
  char* data = nullptr;
  const long size = BIO_get_mem_data(bio.get(), &data);
  return std::string(data, static_cast<size_t>(size));
}

std::string PemOf(X509* certificate) {
  const Bio bio(BIO_new(BIO_s_mem()));
  Require(PEM_write_bio_X509(bio.get(), certificate) == 1);
  return TextOf(bio);
}

std::string PemOf(EVP_PKEY* key) {
  const Bio bio(BIO_new(BIO_s_mem()));
  Require(PEM_write_bio_PrivateKey(bio.get(), key, nullptr, nullptr, 0, nullptr, nullptr) == 1);
  return TextOf(bio);
}

Bio Read(const std::string& text) {
  return Bio(BIO_new_mem_buf(text.data(), static_cast<int>(text.size())));
}

void Extend(X509* certificate, X509* issuer, int extension, const char* value) {
  X509V3_CTX context;
  X509V3_set_ctx(&context, issuer, certificate, nullptr, nullptr, 0);
  X509_EXTENSION* made = X509V3_EXT_conf_nid(nullptr, &context, extension, value);
  Require(made != nullptr && X509_add_ext(certificate, made, -1) == 1);
  X509_EXTENSION_free(made);
}

// Unsigned: everything but extensions and issuer.
Certificate Blank(const std::string& name, EVP_PKEY* key) {
  Certificate certificate(X509_new());
  unsigned char serial[8];
  Require(RAND_bytes(serial, sizeof serial) == 1);
  serial[0] = 1;
  ASN1_STRING_set(X509_get_serialNumber(certificate.get()), serial, sizeof serial);
  X509_set_version(certificate.get(), X509_VERSION_3);
  X509_gmtime_adj(X509_getm_notBefore(certificate.get()), -60);
  X509_gmtime_adj(X509_getm_notAfter(certificate.get()), kValidSeconds);
  X509_set_pubkey(certificate.get(), key);
  X509_NAME_add_entry_by_txt(X509_get_subject_name(certificate.get()), "CN", MBSTRING_UTF8,
                             reinterpret_cast<const unsigned char*>(name.c_str()), -1, -1, 0);
  return certificate;
}

}  // namespace

Identity MakeAuthority(const std::string& name) {
  const Key key(EVP_EC_gen("P-256"));
  Require(key != nullptr);
  const Certificate certificate = Blank(name, key.get());
  X509_set_issuer_name(certificate.get(), X509_get_subject_name(certificate.get()));
  Extend(certificate.get(), certificate.get(), NID_basic_constraints, "critical,CA:TRUE");
  Require(X509_sign(certificate.get(), key.get(), EVP_sha256()) > 0);
  return {.certificate = PemOf(certificate.get()), .key = PemOf(key.get())};
}

Identity MakeIdentity(const std::string& name, const Identity& authority) {
  const Key key(EVP_EC_gen("P-256"));
  Require(key != nullptr);
  const Certificate issuer(
      PEM_read_bio_X509(Read(authority.certificate).get(), nullptr, nullptr, nullptr));
  const Key issuer_key(
      PEM_read_bio_PrivateKey(Read(authority.key).get(), nullptr, nullptr, nullptr));
  Require(issuer != nullptr && issuer_key != nullptr);
  const Certificate certificate = Blank(name, key.get());
  X509_set_issuer_name(certificate.get(), X509_get_subject_name(issuer.get()));
  Extend(certificate.get(), issuer.get(), NID_subject_alt_name, "IP:127.0.0.1,DNS:localhost");
  Require(X509_sign(certificate.get(), issuer_key.get(), EVP_sha256()) > 0);
  return {.certificate = PemOf(certificate.get()), .key = PemOf(key.get())};
}

std::string WriteFile(const std::string& path, const std::string& text) {
  std::ofstream(path, std::ios::trunc) << text;
  return path;
}

}  // namespace usher::testing
