// The units of state that a decision is made on: the server's directory, an account, an application
// of it.
#pragma once

#include "entitlement/account.h"
#include "entitlement/application.h"

namespace usher::entitlement {

// What a decision may read. Null `account` or `application`: the command named none, or there is
// none of that name, or its state is not needed. Where `application` is set, so is `account`;
// `entry` is the account's own record of the application that the command names.
struct Units {
  const Directory* directory = nullptr;
  const Account* account = nullptr;
  const ApplicationEntry* entry = nullptr;
  const Application* application = nullptr;
};

// What Apply may alter. The caller provides the units that the change names; AccountCreated and
// ApplicationCreated fill in default-constructed ones.
struct MutableUnits {
  Directory* directory = nullptr;
  Account* account = nullptr;
  Application* application = nullptr;
};

}  // namespace usher::entitlement
