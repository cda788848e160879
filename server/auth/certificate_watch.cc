#include "auth/certificate_watch.h"

#include <pthread.h>

#include <string>
#include <utility>

#include "absl/memory/memory.h"
#include "grpc/grpc.h"
#include "grpc/grpc_security.h"
#include "grpcpp/security/server_credentials.h"

namespace usher::auth {

// gRPC's C++ API has no credentials that ask for their certificate; its C API does.
class CertificateWatch::Credentials final : public grpc::ServerCredentials {
 public:
  explicit Credentials(CertificateWatch* watch) {
    const auto request = watch->files_.client_ca.empty()
                             ? GRPC_SSL_DONT_REQUEST_CLIENT_CERTIFICATE
                             : GRPC_SSL_REQUEST_AND_REQUIRE_CLIENT_CERTIFICATE_AND_VERIFY;
    made_ = grpc_ssl_server_credentials_create_with_options(
        grpc_ssl_server_credentials_create_options_using_config_fetcher(request, Fetch, watch));
  }
  ~Credentials() override { grpc_server_credentials_release(made_); }
  Credentials(const Credentials&) = delete;
  Credentials& operator=(const Credentials&) = delete;

  // Usher reads the metadata of calls itself.
  void SetAuthMetadataProcessor(
      const std::shared_ptr<grpc::AuthMetadataProcessor>& /*processor*/) override {}

 private:
  int AddPortToServer(const std::string& address, grpc_server* server) override {
    return grpc_server_add_http2_port(server, address.c_str(), made_);
  }

  static grpc_ssl_certificate_config_reload_status Fetch(
      void* watch, grpc_ssl_server_certificate_config** config) {
    const auto material = static_cast<CertificateWatch*>(watch)->Take();
    if (material == nullptr) return GRPC_SSL_CERTIFICATE_CONFIG_RELOAD_UNCHANGED;
    const grpc_ssl_pem_key_cert_pair pair = {material->key.c_str(), material->certificate.c_str()};
    // gRPC 1.51 aborts without authorities, and needs none where it asks for no certificate.
    const std::string& authorities =
        material->client_ca.empty() ? material->certificate : material->client_ca;
    *config = grpc_ssl_server_certificate_config_create(authorities.c_str(), &pair, 1);
    return GRPC_SSL_CERTIFICATE_CONFIG_RELOAD_NEW;
  }

  grpc_server_credentials* made_;
};

absl::StatusOr<std::unique_ptr<CertificateWatch>> CertificateWatch::Start(TlsFiles files,
                                                                          Observer observer,
                                                                          absl::Duration refresh) {
  absl::StatusOr<TlsMaterial> material = ReadTlsFiles(files);
  if (!material.ok()) return material.status();
  auto watch = absl::WrapUnique(
      new CertificateWatch(std::move(files), std::move(observer), *std::move(material)));
  watch->thread_ = std::thread([self = watch.get(), refresh] { self->Run(refresh); });
  pthread_setname_np(watch->thread_.native_handle(), "certificates");
  return watch;
}

CertificateWatch::CertificateWatch(TlsFiles files, Observer observer, TlsMaterial material)
    : files_(std::move(files)),
      observer_(std::move(observer)),
      good_(std::make_shared<const TlsMaterial>(std::move(material))) {}

CertificateWatch::~CertificateWatch() {
  {
    std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  wake_.notify_one();
  thread_.join();
}

std::shared_ptr<grpc::ServerCredentials> CertificateWatch::credentials() {
  return std::make_shared<Credentials>(this);
}

void CertificateWatch::Run(absl::Duration refresh) {
  std::unique_lock lock(mutex_);
  while (!wake_.wait_for(lock, absl::ToChronoNanoseconds(refresh), [this] { return stopping_; })) {
    lock.unlock();
    Look();
    lock.lock();
  }
}

void CertificateWatch::Look() {
  const absl::StatusOr<TlsMaterial> material = ReadTlsFiles(files_);
  bool renewed = false;
  if (material.ok()) {
    std::lock_guard lock(mutex_);
    renewed = *material != *good_;
    if (renewed) {
      good_ = std::make_shared<const TlsMaterial>(*material);
      taken_ = false;
    }
  }
  refuses_.store(!material.ok(), std::memory_order_relaxed);
  const bool news = renewed || material.status() != fault_;
  fault_ = material.status();
  if (news && observer_) observer_(fault_);
}

std::shared_ptr<const TlsMaterial> CertificateWatch::Take() {
  std::lock_guard lock(mutex_);
  if (std::exchange(taken_, true)) return nullptr;
  return good_;
}

}  // namespace usher::auth
