// Api: the server's methods as a test asks for them, through a real channel.
#pragma once

#include <chrono>
#include <memory>
#include <string>
#include <tuple>

#include "absl/time/time.h"
#include "google/protobuf/text_format.h"
#include "google/rpc/error_details.pb.h"
#include "grpcpp/grpcpp.h"
#include "gtest/gtest.h"
#include "usher/v1/account_service.grpc.pb.h"
#include "usher/v1/admin_service.grpc.pb.h"
#include "usher/v1/agent_service.grpc.pb.h"
#include "usher/v1/event_service.grpc.pb.h"
#include "usher/v1/license_service.grpc.pb.h"
#include "usher/v1/order_service.grpc.pb.h"
#include "usher/v1/phone_service.grpc.pb.h"
#include "usher/v1/voice_service.grpc.pb.h"

namespace usher::e2e {

// Short names of what the tests call.
using Account = v1::AccountService::Stub;
using Admin = v1::AdminService::Stub;
using Agents = v1::AgentService::Stub;
using Events = v1::EventService::Stub;
using Licenses = v1::LicenseService::Stub;
using Orders = v1::OrderService::Stub;
using Phones = v1::PhoneService::Stub;
using Voice = v1::VoiceService::Stub;

inline constexpr char kSupport[] = "accounts/acme/applications/support";

template <typename Response>
struct Answer {
  grpc::Status status;
  Response response;

  bool ok() const { return status.ok(); }
  const Response* operator->() const { return &response; }
};

// The ErrorInfo of a refusal; empty where there is none.
inline google::rpc::ErrorInfo InfoOf(const grpc::Status& status) {
  google::rpc::Status details;
  details.ParseFromString(status.error_details());
  google::rpc::ErrorInfo info;
  for (const auto& detail : details.details()) {
    if (detail.UnpackTo(&info)) break;
  }
  return info;
}

// How long a refusal asks to wait; zero where it does not say.
inline absl::Duration RetryDelayOf(const grpc::Status& status) {
  google::rpc::Status details;
  details.ParseFromString(status.error_details());
  google::rpc::RetryInfo info;
  for (const auto& detail : details.details()) {
    if (detail.UnpackTo(&info)) {
      return absl::Seconds(info.retry_delay().seconds()) +
             absl::Nanoseconds(info.retry_delay().nanos());
    }
  }
  return absl::ZeroDuration();
}

inline std::string ReasonOf(const grpc::Status& status) { return InfoOf(status).reason(); }

inline absl::Time TimeOf(const google::protobuf::Timestamp& time) {
  return absl::FromUnixSeconds(time.seconds()) + absl::Nanoseconds(time.nanos());
}

class Api {
 public:
  explicit Api(std::shared_ptr<grpc::Channel> channel)
      : stubs_(v1::AccountService::NewStub(channel), v1::AgentService::NewStub(channel),
               v1::LicenseService::NewStub(channel), v1::OrderService::NewStub(channel),
               v1::PhoneService::NewStub(channel), v1::VoiceService::NewStub(channel),
               v1::AdminService::NewStub(channel), v1::EventService::NewStub(channel)) {}

  // Calls a method with a request in text format.
  template <typename Stub, typename Request, typename Response>
  Answer<Response> Call(grpc::Status (Stub::*method)(grpc::ClientContext*, const Request&,
                                                     Response*),
                        const std::string& text) {
    Request request;
    EXPECT_TRUE(google::protobuf::TextFormat::ParseFromString(text, &request)) << text;
    grpc::ClientContext context;
    context.set_deadline(std::chrono::system_clock::now() + std::chrono::seconds(30));
    Answer<Response> answer;
    Stub& stub = *std::get<std::unique_ptr<Stub>>(stubs_);
    answer.status = (stub.*method)(&context, request, &answer.response);
    return answer;
  }

  // The same where the test can't go on with a refusal.
  template <typename Stub, typename Request, typename Response>
  Response Ask(grpc::Status (Stub::*method)(grpc::ClientContext*, const Request&, Response*),
               const std::string& text) {
    Answer<Response> answer = Call(method, text);
    EXPECT_TRUE(answer.ok()) << text << ": " << answer.status.error_message();
    return std::move(answer.response);
  }

  // The same for a method of the application acme/support.
  template <typename Stub, typename Request, typename Response>
  Answer<Response> CallInSupport(grpc::Status (Stub::*method)(grpc::ClientContext*, const Request&,
                                                              Response*),
                                 const std::string& text = "") {
    return Call(method, "application: '" + std::string(kSupport) + "' " + text);
  }
  template <typename Stub, typename Request, typename Response>
  Response AskInSupport(grpc::Status (Stub::*method)(grpc::ClientContext*, const Request&,
                                                     Response*),
                        const std::string& text = "") {
    return Ask(method, "application: '" + std::string(kSupport) + "' " + text);
  }

  // The account acme (in `zone`) with the application support, and so a trial of 3 licenses.
  void CreateSupport(const std::string& zone = "UTC") {
    Ask(&Account::CreateAccount, "account_id: 'acme' time_zone: '" + zone + "'");
    Ask(&Account::CreateApplication, "account: 'accounts/acme' application_id: 'support'");
  }

  // Packages of Voice AI for an application of acme, each with 3 slots and 8000 minutes a month.
  void BuyVoice(int packages = 1, const std::string& application = "support") {
    Ask(&Orders::CreateOrder, "application: 'accounts/acme/applications/" + application +
                                  "' items { product: 'voice-agent-package' quantity: " +
                                  std::to_string(packages) + " }");
  }

  // A login of `name`@example.com.
  Answer<v1::StartSessionResponse> Login(const std::string& name,
                                         const std::string& client_id = "tab-1",
                                         const std::string& more = "") {
    return CallInSupport(&Agents::StartSession, "email: '" + name + "@example.com' channel: " +
                                                    "CHANNEL_WEB client_id: '" + client_id + "' " +
                                                    more);
  }

 private:
  std::tuple<std::unique_ptr<Account>, std::unique_ptr<Agents>, std::unique_ptr<Licenses>,
             std::unique_ptr<Orders>, std::unique_ptr<Phones>, std::unique_ptr<Voice>,
             std::unique_ptr<Admin>, std::unique_ptr<Events>>
      stubs_;
};

}  // namespace usher::e2e
