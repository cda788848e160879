// Connections: some TCP connections to the server, which callers share evenly. Any thread.
#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <vector>

#include "grpcpp/channel.h"

namespace usher::bench {

class Connections {
 public:
  Connections(const std::string& target, int count);

  size_t size() const { return channels_.size(); }
  // Any number; callers are dealt out in turn.
  const std::shared_ptr<grpc::Channel>& at(size_t caller) const {
    return channels_[caller % channels_.size()];
  }

  // One stub per connection, in their order.
  template <typename Service>
  std::vector<std::unique_ptr<typename Service::Stub>> Stubs() const {
    std::vector<std::unique_ptr<typename Service::Stub>> stubs;
    for (const auto& channel : channels_) stubs.push_back(Service::NewStub(channel));
    return stubs;
  }

 private:
  std::vector<std::shared_ptr<grpc::Channel>> channels_;
};

}  // namespace usher::bench
