// Fill: makes a database of a shape, faster than callers could.
//
// Every account, order, login and logout is a command that the rules decide
// (entitlement/execute.h), and what they decided is committed through the store's port, as the
// engine does it: the rows, the journal and the marks are those of a server that was asked for the
// same. Only answers are given to nobody, and one commit has many commands. Threading: one thread
// at a time; no server may have the directory.
#pragma once

#include <cstdint>
#include <functional>
#include <string>

#include "absl/status/status.h"
#include "tools/bench/scale/shape.h"

namespace usher::bench {

// What a database of the shape takes on the disk at most, the log included; and while it is
// measured.
int64_t BytesOf(const Shape& shape);

// `data_dir` is made, and must not be there. Told now and then how many of the applications are
// done; kCancelled where interrupted.
absl::Status Fill(const Shape& shape, const std::string& data_dir,
                  const std::function<void(int64_t done)>& on_progress);

// Asks every law of the rules of what is stored, as `usher doctor` does. kDataLoss with the
// problems where one is broken.
absl::Status Verify(const std::string& data_dir);

}  // namespace usher::bench
