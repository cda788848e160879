// CertificateWatch: the certificate that the server shows, renewed from its files without a
// restart.
//
// It looks at the files every few seconds. What they hold counts for the next connection, if it can
// be served; if not, what was good before goes on, and the observer is told. (gRPC's own watcher of
// files hands on whatever it finds there, and then nobody can connect.)
//
// Threading: Start and the end by one owner; the observer is called by the watch's own thread; the
// rest any thread. gRPC asks for the certificate at each new connection, without a lock around the
// change to another: so one thread accepts at a time, as it does where one completion queue is
// polled.
#pragma once

#include <atomic>
#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <thread>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "auth/tls.h"

namespace grpc {
class ServerCredentials;
}

namespace usher::auth {

class CertificateWatch {
 public:
  // Told once of each fault of the files, with the sentence of ReadTlsFiles, and with OK when they
  // were renewed or are good again.
  using Observer = std::function<void(const absl::Status&)>;

  // The errors of ReadTlsFiles. `observer` may be null.
  static absl::StatusOr<std::unique_ptr<CertificateWatch>> Start(
      TlsFiles files, Observer observer, absl::Duration refresh = kCertificateRefresh);
  ~CertificateWatch();
  CertificateWatch(const CertificateWatch&) = delete;
  CertificateWatch& operator=(const CertificateWatch&) = delete;

  // For one port of one server, which this outlives.
  std::shared_ptr<grpc::ServerCredentials> credentials();

  // Whether the files hold what can't be served, so that what they held before goes on.
  bool refuses() const { return refuses_.load(std::memory_order_relaxed); }

 private:
  class Credentials;

  CertificateWatch(TlsFiles files, Observer observer, TlsMaterial material);
  void Run(absl::Duration refresh);
  void Look();
  // What has not been taken yet; null where that is nothing.
  std::shared_ptr<const TlsMaterial> Take();

  const TlsFiles files_;
  const Observer observer_;
  std::atomic<bool> refuses_ = false;
  // Of the thread: the files' last fault, OK while they are good.
  absl::Status fault_;

  std::mutex mutex_;
  std::condition_variable wake_;
  bool stopping_ = false;
  std::shared_ptr<const TlsMaterial> good_;
  bool taken_ = false;
  std::thread thread_;
};

}  // namespace usher::auth
