// SHA-256 (FIPS 180-4), as libcrypto has it. Any thread.
#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>

namespace usher::auth {

inline constexpr size_t kSha256Bytes = 32;

std::string Sha256(std::string_view bytes);

// The same of bytes that come in parts. One thread at a time.
class Sha256Stream {
 public:
  Sha256Stream();
  ~Sha256Stream();
  Sha256Stream(const Sha256Stream&) = delete;
  Sha256Stream& operator=(const Sha256Stream&) = delete;

  void Add(std::string_view bytes);
  // Of all that was added. The last call.
  std::string Finish();

 private:
  struct Context;
  std::unique_ptr<Context> context_;
};

}  // namespace usher::auth
