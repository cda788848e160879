// usher: Usher's command line. See program.h.
#include <langinfo.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <clocale>
#include <csignal>
#include <cstddef>
#include <iostream>
#include <string>
#include <string_view>
#include <vector>

#include "client/cli/program.h"

namespace {

// Names and tables are UTF-8; without such a locale libsmartcols would escape them.
void UseUtf8() {
  std::setlocale(LC_CTYPE, "");                             // NOLINT: no other thread runs yet.
  if (std::string_view(nl_langinfo(CODESET)) != "UTF-8") {  // NOLINT
    std::setlocale(LC_CTYPE, "C.UTF-8");                    // NOLINT
  }
}

// Of the terminal on standard output, in columns; 0 where there is none.
size_t TerminalWidth() {
  winsize size{};
  return ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 ? size.ws_col : 0;  // NOLINT: C's own way.
}

volatile std::sig_atomic_t interrupted = 0;

// The first signal asks the command to end in good order; a second one ends the process.
void OnInterrupt(int signal) {
  interrupted = 1;
  std::signal(signal, SIG_DFL);
}

bool Interrupted() {
  static const bool installed =
      std::signal(SIGINT, OnInterrupt) != SIG_ERR && std::signal(SIGTERM, OnInterrupt) != SIG_ERR;
  return installed && interrupted != 0;
}

}  // namespace

int main(int argc, char** argv) {
  UseUtf8();
  // gRPC's own log is for those who ask for it by this variable.
  setenv("GRPC_VERBOSITY", "NONE", /*replace=*/0);  // NOLINT: no other thread runs yet.
  const usher::cli::Streams streams{
      .in = std::cin,
      .out = std::cout,
      .err = std::cerr,
      .in_is_terminal = isatty(STDIN_FILENO) == 1,
      .out_is_terminal = isatty(STDOUT_FILENO) == 1,
      .err_is_terminal = isatty(STDERR_FILENO) == 1,
      .out_width = TerminalWidth(),
      .interrupted = Interrupted,
  };
  const std::vector<std::string> arguments(argv + 1, argv + argc);
  return static_cast<int>(usher::cli::RunProgram(arguments, streams));
}
