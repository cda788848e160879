// SHA-256 of what is written and read, as `sha256sum` shows it. One thread at a time.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"

namespace usher::cli {

class Digest {
 public:
  Digest();
  ~Digest();
  Digest(const Digest&) = delete;
  Digest& operator=(const Digest&) = delete;

  void Add(std::string_view bytes);
  // Of all that was added, 64 hexadecimal digits. The last call.
  std::string Finish();

 private:
  struct Context;
  std::unique_ptr<Context> context_;
};

// Bytes as hexadecimal digits.
std::string Hex(std::string_view bytes);

// Of a file's contents; kUnavailable, with a sentence, where it can't be read.
absl::StatusOr<std::string> DigestOfFile(const std::string& path);

}  // namespace usher::cli
