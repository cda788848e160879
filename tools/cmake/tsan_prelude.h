// Stands before every file of the tsan preset. Not included otherwise.
//
// Protobuf's headers lay out maps differently where this macro is defined, and Debian's library was
// built without it: the two must agree. The standard library has read it by then, and keeps to it.
#pragma once

#include <cstddef>

#define USHER_THREAD_SANITIZER 1
#undef __SANITIZE_THREAD__
