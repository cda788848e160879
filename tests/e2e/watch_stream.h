// WatchStream: a WatchEvents as a test reads it, message by message.
#pragma once

#include <chrono>
#include <memory>
#include <string>
#include <vector>

#include "google/protobuf/text_format.h"
#include "grpcpp/grpcpp.h"
#include "gtest/gtest.h"
#include "usher/v1/event_service.grpc.pb.h"

namespace usher::e2e {

class WatchStream {
 public:
  // The request is in text format; `secret` where the channel has no token.
  WatchStream(const std::shared_ptr<grpc::Channel>& channel, const std::string& text,
              const std::string& secret = "")
      : stub_(v1::EventService::NewStub(channel)) {
    context_.set_deadline(std::chrono::system_clock::now() + std::chrono::seconds(60));
    if (!secret.empty()) context_.AddMetadata("authorization", "Bearer " + secret);
    v1::WatchEventsRequest request;
    EXPECT_TRUE(google::protobuf::TextFormat::ParseFromString(text, &request)) << text;
    reader_ = stub_->WatchEvents(&context_, request);
  }
  ~WatchStream() {
    if (reader_ == nullptr) return;
    context_.TryCancel();
    End();
  }

  // The next message, of which the token is remembered; false at the end.
  bool Read(v1::WatchEventsResponse* message = nullptr) {
    v1::WatchEventsResponse read;
    if (!reader_->Read(&read)) return false;
    if (!read.resume_token().empty()) token_ = read.resume_token();
    for (const v1::Event& event : read.events()) events_.push_back(event);
    if (message != nullptr) *message = std::move(read);
    return true;
  }

  // Reads on until it is told that it is up to date.
  WatchStream& UpToDate() {
    v1::WatchEventsResponse message;
    while (Read(&message)) {
      if (message.checkpoint()) return *this;
    }
    ADD_FAILURE() << "the stream has ended";
    return *this;
  }
  // Reads on until there are so many events in all.
  const std::vector<v1::Event>& Events(size_t count) {
    while (events_.size() < count) {
      if (!Read()) {
        ADD_FAILURE() << "the stream has ended after " << events_.size() << " events";
        break;
      }
    }
    return events_;
  }

  // How the server ended it, all messages read.
  grpc::Status End() {
    while (Read()) {
    }
    const grpc::Status status = reader_->Finish();
    reader_.reset();
    return status;
  }

  const std::string& token() const { return token_; }

 private:
  std::unique_ptr<v1::EventService::Stub> stub_;
  grpc::ClientContext context_;
  std::unique_ptr<grpc::ClientReader<v1::WatchEventsResponse>> reader_;
  std::vector<v1::Event> events_;
  std::string token_;
};

}  // namespace usher::e2e
