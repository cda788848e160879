// desk SERVER TOKEN: logs an agent in, as a login flow does that is built on the installed client.
// Every public header is included, so that each is found and needs nothing that isn't installed.
#include <iostream>
#include <string>

#include "client/lib/agent_session.h"
#include "client/lib/client.h"
#include "client/lib/error.h"
#include "client/lib/event_watch.h"
#include "client/lib/pages.h"
#include "usher/v1/agent_service.grpc.pb.h"

namespace {

int Fail(const std::string& what, const usher::Error& error) {
  std::cerr << "desk: " << what << ": " << error.ToString() << '\n';
  return 1;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 3) {
    std::cerr << "usage: desk SERVER TOKEN\n";
    return 2;
  }
  usher::ClientOptions options;
  options.server = argv[1];
  options.token = argv[2];
  options.user_agent = "desk/1.0";
  const usher::Client client(options);

  usher::v1::CreateAccountRequest account;
  account.set_account_id("acme");
  if (const auto made = client.CreateAccount(account); !made.ok()) {
    return Fail("no account", made.error());
  }
  usher::v1::CreateApplicationRequest application;
  application.set_account("accounts/acme");
  application.set_application_id("support");
  if (const auto made = client.CreateApplication(application); !made.ok()) {
    return Fail("no application", made.error());
  }
  usher::v1::StartSessionRequest login;
  login.set_application("accounts/acme/applications/support");
  login.set_email("ann@acme.test");
  login.set_channel(usher::v1::CHANNEL_WEB);
  login.set_client_id("desk-1");
  const usher::Result<usher::v1::StartSessionResponse> session = client.StartSession(login);
  if (!session.ok()) return Fail("no login", session.error());
  std::cout << "session " << session->session().session_id() << '\n';
  return 0;
}
