// ServiceManager: what the process tells systemd, or whoever else listens at NOTIFY_SOCKET: that it
// serves, that it stops, and, where WATCHDOG_USEC asks for it, that it is alive.
//
// Alive means that the engine's loop turns and that gRPC accepts connections: otherwise a process
// looks well from outside, but answers nobody, so it goes silent here and is restarted. Where
// nobody listens, all of it does nothing. Threading: one owner thread; a thread of its own asks for
// the pulse and sends the signs of life.
#pragma once

#include <condition_variable>
#include <cstdint>
#include <functional>
#include <mutex>
#include <string>
#include <thread>

#include "absl/time/time.h"

namespace usher {

class ServiceManager {
 public:
  // A number that is another one whenever the server has been alive since it was asked. Any thread;
  // must not wait.
  using Pulse = std::function<int64_t()>;

  ServiceManager() = default;
  ~ServiceManager();

  ServiceManager(const ServiceManager&) = delete;
  ServiceManager& operator=(const ServiceManager&) = delete;

  // What it does meanwhile, a line for `systemctl status`.
  void Starting(const std::string& what);
  // It serves, all ports are open. From now on a sign of life goes out twice in the time that the
  // watchdog allows, where the pulse has changed since the last one. Called once.
  void Ready(const std::string& what, Pulse pulse);
  // It ends. So do the signs of life, and the pulse is not asked for any more: how long the end may
  // take is bounded by the service manager's own patience.
  void Stopping(const std::string& why);

 private:
  void Run(absl::Duration period, const Pulse& pulse);
  void EndSignsOfLife();

  std::mutex mutex_;
  std::condition_variable wake_;
  bool ends_ = false;
  std::thread thread_;
};

}  // namespace usher
