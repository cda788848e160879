#include <fstream>
#include <memory>
#include <optional>
#include <sstream>
#include <stop_token>
#include <string>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
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

using Stub = grpc::TemplatedGenericStub<Message, Message>;

class GrpcStream : public Stream {
 public:
  GrpcStream(Stub& stub, const std::string& authorization, const Method& method,
             const Message& request, const Listening& listening)
      : silence_max_(listening.silence_max), cancel_(listening.stop, Cancel{context_}) {
    if (!authorization.empty()) context_.AddMetadata("authorization", authorization);
    context_.set_wait_for_ready(listening.wait_for_server);
    // The call starts with its one message.
    context_.set_initial_metadata_corked(true);
    call_ = stub.PrepareCall(&context_, method.name, &queue_);
    call_->StartCall(nullptr);
    call_->Write(request, grpc::WriteOptions().set_last_message(), nullptr);
    if (!Done()) Finish();
  }

  GrpcStream(const GrpcStream&) = delete;
  GrpcStream& operator=(const GrpcStream&) = delete;

  ~GrpcStream() override {
    context_.TryCancel();
    if (!finished_) Finish();
  }

  bool Read(Message& message) override {
    if (finished_) return false;
    call_->Read(&message, nullptr);
    if (Done()) return true;
    Finish();
    return false;
  }

  const std::optional<Error>& error() const override { return error_; }

 private:
  struct Cancel {
    grpc::ClientContext& context;
    void operator()() const { context.TryCancel(); }
  };

  // Waits for the one operation under way; whether it succeeded.
  bool Done() {
    void* tag = nullptr;
    bool succeeded = false;
    const auto deadline = absl::ToChronoTime(absl::Now() + silence_max_);
    if (queue_.AsyncNext(&tag, &succeeded, deadline) != grpc::CompletionQueue::TIMEOUT) {
      return succeeded;
    }
    silent_ = true;
    context_.TryCancel();
    queue_.Next(&tag, &succeeded);
    return false;
  }

  void Finish() {
    finished_ = true;
    grpc::Status status;
    call_->Finish(&status, nullptr);
    void* tag = nullptr;
    bool succeeded = false;
    queue_.Next(&tag, &succeeded);
    if (silent_) {
      error_ = Silence(silence_max_);
    } else if (!status.ok()) {
      error_ = ErrorFromStatus(static_cast<int>(status.error_code()), status.error_message(),
                               status.error_details());
    }
  }

  const absl::Duration silence_max_;
  grpc::ClientContext context_;
  grpc::CompletionQueue queue_;
  std::unique_ptr<grpc::ClientAsyncReaderWriter<Message, Message>> call_;
  bool silent_ = false;
  bool finished_ = false;
  std::optional<Error> error_;
  // The last member: it goes before the context that it cancels.
  const std::stop_callback<Cancel> cancel_;
};

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

  std::unique_ptr<Stream> Open(const Method& method, const Message& request,
                               const Listening& listening) override {
    return std::make_unique<GrpcStream>(stub_, authorization_, method, request, listening);
  }

 private:
  Stub stub_;
  const std::string authorization_;
};

}  // namespace

Error Silence(absl::Duration silence_max) {
  return {.code = absl::StatusCode::kDeadlineExceeded,
          .message = absl::StrCat("The server gave no sign of life for ",
                                  absl::FormatDuration(silence_max), ".")};
}

std::shared_ptr<Connection> Connect(const ClientOptions& options) {
  return std::make_shared<GrpcConnection>(options);
}

}  // namespace usher::client
