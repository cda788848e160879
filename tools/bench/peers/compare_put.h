// ComparePut: logins as etcd would have them. Each takes over the session of an agent: it puts the
// agent's key if nobody else has since the caller last saw it, and remembers the new revision.
//
// An answer is right if the comparison held and the key's revision grew. As nobody else writes, the
// store's revision must in the end have grown by one for each answer.
// Threading: an operation changes its own agents only, so several threads may drive operations.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "tools/bench/connections.h"
#include "tools/bench/operation.h"
#include "tools/bench/peers/etcd_kv.grpc.pb.h"

namespace usher::bench {

class ComparePut {
 public:
  static constexpr int kValueBytesMin = 16;

  enum class Kind {
    // Every agent once, whatever there is of it.
    kFirst,
    // Agent after agent, round and round, on the condition that its key is as it was left.
    kTakeover,
  };

  struct Agent {
    std::string key;
    int64_t revision = 0;
  };

  // `connections` must outlive it. Values have at least kValueBytesMin.
  ComparePut(const Connections* connections, int agents, int value_bytes);

  // Operations for so many calls in flight, or for each agent one where there are fewer.
  std::vector<std::unique_ptr<Operation>> MakeOperations(Kind kind, int in_flight);

  // The highest revision that an answer has told.
  int64_t NewestRevision() const;

  // Sends a put whose condition does not hold; an error where etcd applies it all the same, as then
  // the figures are of something else.
  absl::Status CheckThatStaleOnesAreRefused();

 private:
  std::vector<std::unique_ptr<etcdserverpb::KV::Stub>> stubs_;
  std::vector<Agent> agents_;
  const int value_bytes_;
};

}  // namespace usher::bench
