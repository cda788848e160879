// The HTTP port by itself: what it answers, and each of its bounds gone past over a real socket.
#include "observe/http_server.h"

#include <future>
#include <memory>
#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/support/http_client.h"

namespace usher::observe {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;
using usher::testing::HttpClient;
using usher::testing::HttpResponse;

constexpr char kLoopback[] = "127.0.0.1";
constexpr absl::Duration kSlack = absl::Seconds(3);

class HttpServerTest : public ::testing::Test {
 protected:
  // Times that a test can wait for, and tell from each other.
  static constexpr HttpTimes kTimes = {.request = absl::Milliseconds(400),
                                       .idle = absl::Milliseconds(1500)};

  void SetUp() override {
    server_.Add("/page", [] { return HttpAnswer{.body = "a page\n"}; });
    server_.Add("/broken", [] { return HttpAnswer{.status = 503, .body = "not now\n"}; });
    ASSERT_EQ(server_.Start(kLoopback, 0), absl::OkStatus());
  }

  // A request whose headers, with the line that ends them, have so many bytes.
  static std::string RequestOf(size_t bytes) {
    const std::string headers = "Host: usher\r\nX-Much: ";
    return "GET /page HTTP/1.1\r\n" + headers + std::string(bytes - headers.size() - 4, 'x') +
           "\r\n\r\n";
  }
  static std::string Post(size_t body_bytes) {
    return "POST /page HTTP/1.1\r\nHost: usher\r\nContent-Length: " + std::to_string(body_bytes) +
           "\r\n\r\n" + std::string(body_bytes, 'x');
  }
  bool Answers() { return HttpClient(server_.port()).Get("/page").status == 200; }

  HttpServer server_{kTimes};
};

TEST_F(HttpServerTest, APageIsAnsweredOverAndOverOnOneConnection) {
  HttpClient client(server_.port());
  for (int i = 0; i < 3; ++i) {
    const HttpResponse response = client.Get("/page?x=y");
    EXPECT_EQ(response.status, 200);
    EXPECT_EQ(response.body, "a page\n");
    EXPECT_THAT(response.headers, HasSubstr("Content-Type: text/plain; charset=utf-8\r\n"));
    EXPECT_THAT(response.headers, HasSubstr("Cache-Control: no-store\r\n"));
  }
  EXPECT_EQ(client.Get("/broken").status, 503);
}

TEST_F(HttpServerTest, RequestsThatComeTogetherAreAnsweredInTheirOrder) {
  HttpClient client(server_.port());
  const std::string tail = " HTTP/1.1\r\nHost: usher\r\n\r\n";
  client.Send("GET /page" + tail + "GET /broken" + tail);
  EXPECT_EQ(client.Read().status, 200);
  EXPECT_EQ(client.Read().status, 503);
}

TEST_F(HttpServerTest, HeadIsAnsweredWithoutTheBody) {
  HttpClient client(server_.port());
  client.Send("HEAD /page HTTP/1.1\r\nHost: usher\r\n\r\n");
  const HttpResponse response = client.Read(/*head=*/true);
  EXPECT_EQ(response.status, 200);
  EXPECT_THAT(response.headers, HasSubstr("Content-Length: 7\r\n"));
  // What follows is the next answer, so nothing else came.
  EXPECT_EQ(client.Get("/page").body, "a page\n");
}

TEST_F(HttpServerTest, AClientOfHttp10IsAnsweredAndLeft) {
  HttpClient client(server_.port());
  client.Send("GET /page HTTP/1.0\r\n\r\n");
  EXPECT_EQ(client.Read().body, "a page\n");
  EXPECT_LT(client.TimeToClose(), kSlack);
}

TEST_F(HttpServerTest, OtherMethodsAndPagesAreRefused) {
  HttpClient client(server_.port());
  client.Send("DELETE /page HTTP/1.1\r\nHost: usher\r\n\r\n");
  const HttpResponse refused = client.Read();
  EXPECT_EQ(refused.status, 405);
  EXPECT_THAT(refused.headers, HasSubstr("Allow: GET, HEAD\r\n"));
  const HttpResponse missing = client.Get("/other");
  EXPECT_EQ(missing.status, 404);
  EXPECT_THAT(missing.body, HasSubstr("/page\n"));
  // A page is found by all of its name.
  EXPECT_EQ(client.Get("/page/").status, 404);
}

TEST_F(HttpServerTest, WhatIsNoRequestIsAnsweredAndClosed) {
  HttpClient client(server_.port());
  client.Send("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n");
  EXPECT_EQ(client.Read().status, 400);
  EXPECT_LT(client.TimeToClose(), kSlack);
  EXPECT_TRUE(Answers());
}

TEST_F(HttpServerTest, BiggerHeadersAreRefused) {
  HttpClient within(server_.port());
  within.Send(RequestOf(kHttpHeaderBytesMax));
  EXPECT_EQ(within.Read().status, 200);
  HttpClient beyond(server_.port());
  // Beast is not exact to the byte.
  beyond.Send(RequestOf(kHttpHeaderBytesMax + 64));
  EXPECT_EQ(beyond.Read().status, 431);
  EXPECT_LT(beyond.TimeToClose(), kSlack);
  HttpClient long_line(server_.port());
  long_line.Send("GET /" + std::string(kHttpHeaderBytesMax, 'x') + " HTTP/1.1\r\n\r\n");
  EXPECT_EQ(long_line.Read().status, 431);
  EXPECT_TRUE(Answers());
}

TEST_F(HttpServerTest, ABiggerBodyIsRefused) {
  HttpClient within(server_.port());
  within.Send(Post(kHttpBodyBytesMax));
  EXPECT_EQ(within.Read().status, 405);
  HttpClient beyond(server_.port());
  beyond.Send(Post(kHttpBodyBytesMax + 1));
  EXPECT_EQ(beyond.Read().status, 413);
  EXPECT_LT(beyond.TimeToClose(), kSlack);
  EXPECT_TRUE(Answers());
}

TEST_F(HttpServerTest, OneConnectionMoreIsClosedUntilAnotherEnds) {
  std::vector<std::unique_ptr<HttpClient>> clients;
  for (size_t i = 0; i < kHttpConnectionsMax; ++i) {
    clients.push_back(std::make_unique<HttpClient>(server_.port()));
    ASSERT_EQ(clients.back()->Get("/page").status, 200) << i;
  }
  EXPECT_EQ(HttpClient(server_.port()).Get("/page").status, 0);
  clients.pop_back();
  const absl::Time deadline = absl::Now() + absl::Seconds(10);
  while (!Answers()) ASSERT_LT(absl::Now(), deadline);
}

TEST_F(HttpServerTest, ARequestThatTakesTooLongLosesItsConnection) {
  HttpClient silent(server_.port());
  HttpClient slow(server_.port());
  slow.Send("GET /page HTTP/1.1\r\nHost:");
  const absl::Duration time = slow.TimeToClose();
  EXPECT_GT(time, kTimes.request / 2);
  EXPECT_LT(time, kTimes.idle);
  EXPECT_LT(silent.TimeToClose(), kTimes.idle);
  EXPECT_TRUE(Answers());
}

TEST_F(HttpServerTest, AnIdleConnectionIsKeptForLongerAndThenClosed) {
  HttpClient client(server_.port());
  ASSERT_EQ(client.Get("/page").status, 200);
  absl::SleepFor(kTimes.request * 1.5);
  ASSERT_EQ(client.Get("/page").status, 200);
  const absl::Duration time = client.TimeToClose();
  EXPECT_GT(time, kTimes.idle / 2);
  EXPECT_LT(time, kTimes.idle + kSlack);
}

TEST_F(HttpServerTest, AnAnswerThatNobodyReadsEndsWithItsTime) {
  server_.Stop(absl::ZeroDuration());
  HttpServer server(kTimes);
  server.Add("/much", [] { return HttpAnswer{.body = std::string(64 << 20, 'x')}; });
  ASSERT_EQ(server.Start(kLoopback, 0), absl::OkStatus());
  HttpClient client(server.port());
  client.Send("GET /much HTTP/1.1\r\nHost: usher\r\n\r\n");
  absl::SleepFor(kTimes.request * 3);
  // What was on its way may be read; the whole of it never comes.
  EXPECT_EQ(client.Read().status, 0);
}

TEST_F(HttpServerTest, APortInUseIsSaid) {
  HttpServer second;
  const absl::Status status = second.Start(kLoopback, server_.port());
  EXPECT_TRUE(absl::IsUnavailable(status));
  EXPECT_EQ(status.message(), "Address already in use");
  EXPECT_FALSE(HttpServer().Start("192.0.2.1", 0).ok());
}

TEST_F(HttpServerTest, ItStopsAtOnceWhateverIsOpen) {
  HttpClient idle(server_.port());
  ASSERT_EQ(idle.Get("/page").status, 200);
  HttpClient half(server_.port());
  half.Send("GET /pa");
  const absl::Time begun = absl::Now();
  server_.Stop(absl::Seconds(10));
  EXPECT_LT(absl::Now() - begun, kSlack);
  EXPECT_LT(idle.TimeToClose(), kSlack);
  EXPECT_FALSE(HttpClient(server_.port()).connected());
}

// A page that is being made when the server stops goes out.
TEST_F(HttpServerTest, AnAnswerOnItsWayGoesOutBeforeItStops) {
  std::promise<void> asked;
  std::promise<void> go;
  HttpServer server;
  server.Add("/slow", [&] {
    asked.set_value();
    go.get_future().wait();
    return HttpAnswer{.body = std::string(1 << 20, 'x')};
  });
  ASSERT_EQ(server.Start(kLoopback, 0), absl::OkStatus());
  HttpClient client(server.port());
  client.Send("GET /slow HTTP/1.1\r\nHost: usher\r\n\r\n");
  asked.get_future().wait();
  std::thread stopper([&] { server.Stop(absl::Seconds(10)); });
  go.set_value();
  EXPECT_EQ(client.Read().body.size(), 1U << 20);
  stopper.join();
}

}  // namespace
}  // namespace usher::observe
