// SIGINT and SIGTERM: they end the measurement early, but in order, so that the server is stopped
// and the temporary directory removed. Any thread.
#pragma once

namespace usher::bench {

void WatchForInterruption();

bool Interrupted();

}  // namespace usher::bench
