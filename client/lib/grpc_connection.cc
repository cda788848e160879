#include <fstream>
#include <memory>
#include <optional>
#include <sstream>
#include <string>

#include "absl/strings/str_cat.h"
#include "client/lib/connection.h"
#include "grpcpp/generic/generic_stub.h"
#include "grpcpp/grpcpp.h"
#include "grpcpp/impl/codegen/proto_utils.h"

namespace usher::client {
namespace {

using google::protobuf::Message;

// gRPC waits up to two minutes between attempts to connect, which suits a distant server that
// thousands of clients return to; a login flow should be back soon after its server is.
constexpr int kReconnectBackoffInitialMs = 100;
constexpr int kReconnectBackoffMaxMs = 5'000;

std::string Contents(const std::string& path) {
  if (path.empty()) return "";
  std::ostringstream text;
  text << std::ifstream(path).rdbuf();
  return text.str();
}

// A file that can't be read makes credentials that no server accepts: the first call says so.
std::shared_ptr<grpc::ChannelCredentials> MakeCredentials(const TlsOptions& tls) {
  if (!tls.enabled) return grpc::InsecureChannelCredentials();
  return grpc::SslCredentials({.pem_root_certs = Contents(tls.ca_file),
                               .pem_private_key = Contents(tls.key_file),
                               .pem_cert_chain = Contents(tls.certificate_file)});
}

std::shared_ptr<grpc::Channel> MakeChannel(const ClientOptions& options) {
  grpc::ChannelArguments arguments;
  arguments.SetInt(GRPC_ARG_INITIAL_RECONNECT_BACKOFF_MS, kReconnectBackoffInitialMs);
  arguments.SetInt(GRPC_ARG_MAX_RECONNECT_BACKOFF_MS, kReconnectBackoffMaxMs);
  // The retries of this library know the reasons; gRPC's own would multiply them.
  arguments.SetInt(GRPC_ARG_ENABLE_RETRIES, 0);
  if (!options.user_agent.empty()) arguments.SetUserAgentPrefix(options.user_agent);
  return grpc::CreateCustomChannel(options.server, MakeCredentials(options.tls), arguments);
}

class GrpcConnection : public Connection {
 public:
  explicit GrpcConnection(const ClientOptions& options)
      : stub_(MakeChannel(options)),
        authorization_(options.token.empty() ? "" : absl::StrCat("Bearer ", options.token)) {}

  std::optional<Error> Call(const Method& method, const Message& request, Message& response,
                            const Attempt& attempt) override {
    grpc::ClientContext context;
    context.set_deadline(absl::ToChronoTime(absl::Now() + attempt.timeout));
    if (!authorization_.empty()) context.AddMetadata("authorization", authorization_);

    grpc::CompletionQueue queue;
    grpc::Status status;
    const auto call = stub_.PrepareUnaryCall(&context, method.name, request, &queue);
    call->StartCall();
    call->Finish(&response, &status, nullptr);
    {
      const std::stop_callback cancel(attempt.stop, [&context] { context.TryCancel(); });
      void* tag = nullptr;
      bool finished = false;
      queue.Next(&tag, &finished);
    }
    if (status.ok()) return std::nullopt;
    return ErrorFromStatus(static_cast<int>(status.error_code()), status.error_message(),
                           status.error_details());
  }

 private:
  grpc::TemplatedGenericStub<Message, Message> stub_;
  const std::string authorization_;
};

}  // namespace

std::shared_ptr<Connection> Connect(const ClientOptions& options) {
  return std::make_shared<GrpcConnection>(options);
}

}  // namespace usher::client
