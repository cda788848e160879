// What the system says of a process: its memory, its processor time, how often it woke up. From
// /proc; 0 where that can't be read. Any thread.
#pragma once

#include <sys/types.h>

#include <cstdint>

#include "absl/time/time.h"

namespace usher::bench {

// Memory of its own that is in use: anonymous pages, without what it shares with its files.
int64_t AnonymousBytes(pid_t pid);

// Times that one of its threads gave the processor up by itself, which is how each of its sleeps
// begins. Of the threads that live.
int64_t Sleeps(pid_t pid);

}  // namespace usher::bench
