#include "observe/http_server.h"

#include <pthread.h>

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/core/tcp_stream.hpp>
#include <boost/beast/http.hpp>
#include <map>
#include <optional>
#include <set>
#include <thread>
#include <utility>

#include "absl/strings/str_cat.h"

namespace usher::observe {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = boost::beast::http;
using asio::ip::tcp;
using boost::system::error_code;

constexpr size_t kReadBytes = 1024;
// Where the system has no descriptor left, the next connection is looked for so much later.
constexpr std::chrono::milliseconds kAcceptPause{100};
// Before a connection is closed on a client that still sends, so much of it is read and passed
// over: otherwise the system would take the answer back.
constexpr absl::Duration kLingerTime = absl::Seconds(1);
constexpr size_t kLingerBytesMax = size_t{64} * 1024;

using Pages = std::map<std::string, HttpServer::Page, std::less<>>;

HttpAnswer NotFound(const Pages& pages) {
  std::string body = "There is no such page. There are:\n";
  for (const auto& [path, page] : pages) absl::StrAppend(&body, path, "\n");
  return {.status = 404, .body = std::move(body)};
}

HttpAnswer AnswerTo(const Pages& pages, http::verb method, std::string_view target) {
  if (method != http::verb::get && method != http::verb::head) {
    return {.status = 405, .body = "Only GET and HEAD are answered.\n"};
  }
  const auto page = pages.find(target.substr(0, target.find('?')));
  return page == pages.end() ? NotFound(pages) : page->second();
}

// What is said of a request that can't be read, before its connection is closed; none where nobody
// would listen.
std::optional<HttpAnswer> AnswerTo(const error_code& error) {
  if (error == http::error::end_of_stream) return std::nullopt;
  if (error == http::error::header_limit || error == http::error::buffer_overflow) {
    return HttpAnswer{.status = 431,
                      .body = absl::StrCat("A request's headers have at most ", kHttpHeaderBytesMax,
                                           " bytes.\n")};
  }
  if (error == http::error::body_limit) {
    return HttpAnswer{
        .status = 413,
        .body = absl::StrCat("A request's body has at most ", kHttpBodyBytesMax, " bytes.\n")};
  }
  if (error.category() == http::make_error_code(http::error::bad_method).category() &&
      error != http::error::partial_message) {
    return HttpAnswer{.status = 400, .body = "That is no request of HTTP/1.\n"};
  }
  return std::nullopt;
}

}  // namespace

class HttpServer::Impl {
 public:
  explicit Impl(HttpTimes times) : times_(times) {}
  ~Impl() { Stop(absl::ZeroDuration()); }

  void Add(const std::string& path, Page page) { pages_[path] = std::move(page); }
  absl::Status Start(const std::string& host, int port);
  int port() const { return port_; }
  void Stop(absl::Duration grace);

 private:
  class Connection;

  void Accept();
  void Forget(const std::shared_ptr<Connection>& connection);

  const HttpTimes times_;
  Pages pages_;
  asio::io_context io_{1};
  tcp::acceptor acceptor_{io_};
  asio::steady_timer timer_{io_};
  int port_ = 0;
  std::thread thread_;
  // The thread's alone.
  std::set<std::shared_ptr<Connection>> connections_;
  bool stopping_ = false;
};

// One client: reads a request, answers it, waits for the next. Lives as long as the server knows
// it or an operation of it is under way.
class HttpServer::Impl::Connection : public std::enable_shared_from_this<Connection> {
 public:
  Connection(Impl* server, tcp::socket socket) : server_(server), stream_(std::move(socket)) {}

  void ReadRequest() {
    ExpireAfter(server_->times_.request);
    parser_.emplace();
    parser_->header_limit(kHttpHeaderBytesMax);
    parser_->body_limit(kHttpBodyBytesMax);
    http::async_read(
        stream_, buffer_, *parser_,
        [self = shared_from_this()](const error_code& error, size_t) { self->OnRequest(error); });
  }

  // An answer that is on its way is sent first.
  void Stop() {
    if (!writing_) Close();
  }

 private:
  void ExpireAfter(absl::Duration time) { stream_.expires_after(absl::ToChronoMilliseconds(time)); }

  void OnRequest(const error_code& error) {
    if (error) {
      const std::optional<HttpAnswer> answer = AnswerTo(error);
      return answer.has_value() ? Send(*answer, /*head=*/false, /*keep_alive=*/false) : Close();
    }
    const auto& request = parser_->get();
    const auto target = request.target();
    Send(AnswerTo(server_->pages_, request.method(), {target.data(), target.size()}),
         request.method() == http::verb::head, request.keep_alive() && !server_->stopping_);
  }

  void Send(HttpAnswer answer, bool head, bool keep_alive) {
    response_ = {};
    response_.result(static_cast<unsigned>(answer.status));
    response_.set(http::field::content_type, answer.content_type);
    response_.set(http::field::cache_control, "no-store");
    if (answer.status == 405) response_.set(http::field::allow, "GET, HEAD");
    response_.keep_alive(keep_alive);
    response_.content_length(answer.body.size());
    if (!head) response_.body() = std::move(answer.body);
    writing_ = true;
    ExpireAfter(server_->times_.request);
    http::async_write(stream_, response_,
                      [self = shared_from_this()](const error_code& error, size_t) {
                        self->writing_ = false;
                        if (error) return self->Close();
                        if (self->response_.keep_alive() && !self->server_->stopping_)
                          return self->AwaitNext();
                        self->Linger();
                      });
  }

  // The next request may take its time to begin, and then no longer than the first.
  void AwaitNext() {
    if (buffer_.size() > 0) return ReadRequest();
    ExpireAfter(server_->times_.idle);
    stream_.async_read_some(buffer_.prepare(kReadBytes),
                            [self = shared_from_this()](const error_code& error, size_t size) {
                              if (error) return self->Close();
                              self->buffer_.commit(size);
                              self->ReadRequest();
                            });
  }

  void Linger() {
    error_code ignored;
    stream_.socket().shutdown(tcp::socket::shutdown_send, ignored);
    ExpireAfter(kLingerTime);
    PassOver(kLingerBytesMax);
  }

  void PassOver(size_t bytes_max) {
    buffer_.clear();
    stream_.async_read_some(buffer_.prepare(kReadBytes), [self = shared_from_this(), bytes_max](
                                                             const error_code& error, size_t size) {
      if (error || size >= bytes_max || self->server_->stopping_) return self->Close();
      self->PassOver(bytes_max - size);
    });
  }

  void Close() {
    stream_.close();
    server_->Forget(shared_from_this());
  }

  Impl* const server_;
  beast::tcp_stream stream_;
  beast::flat_buffer buffer_{kHttpHeaderBytesMax + kHttpBodyBytesMax + kReadBytes};
  std::optional<http::request_parser<http::string_body>> parser_;
  http::response<http::string_body> response_;
  bool writing_ = false;
};

absl::Status HttpServer::Impl::Start(const std::string& host, int port) {
  error_code error;
  tcp::resolver resolver(io_);
  const auto found = resolver.resolve(
      host, std::to_string(port), tcp::resolver::passive | tcp::resolver::numeric_service, error);
  if (!error && found.empty()) error = asio::error::host_not_found;
  if (!error) {
    const tcp::endpoint endpoint = found.begin()->endpoint();
    acceptor_.open(endpoint.protocol(), error);
    if (!error) acceptor_.set_option(tcp::acceptor::reuse_address(true), error);
    if (!error) acceptor_.bind(endpoint, error);
  }
  if (!error) acceptor_.listen(static_cast<int>(kHttpConnectionsMax), error);
  if (!error) port_ = acceptor_.local_endpoint(error).port();
  if (error) return absl::UnavailableError(error.message());
  Accept();
  thread_ = std::thread([this] { io_.run(); });
  pthread_setname_np(thread_.native_handle(), "usher-http");
  return absl::OkStatus();
}

void HttpServer::Impl::Accept() {
  acceptor_.async_accept([this](const error_code& error, tcp::socket socket) {
    if (stopping_) return;
    if (error) {
      timer_.expires_after(kAcceptPause);
      timer_.async_wait([this](const error_code&) {
        if (!stopping_) Accept();
      });
      return;
    }
    if (connections_.size() < kHttpConnectionsMax) {
      const auto connection = std::make_shared<Connection>(this, std::move(socket));
      connections_.insert(connection);
      connection->ReadRequest();
    } else {
      error_code ignored;
      socket.close(ignored);
    }
    Accept();
  });
}

void HttpServer::Impl::Forget(const std::shared_ptr<Connection>& connection) {
  connections_.erase(connection);
  if (stopping_ && connections_.empty()) timer_.cancel();
}

void HttpServer::Impl::Stop(absl::Duration grace) {
  if (!thread_.joinable()) return;
  asio::post(io_, [this, grace] {
    stopping_ = true;
    error_code ignored;
    acceptor_.close(ignored);
    const std::set<std::shared_ptr<Connection>> open = connections_;
    for (const auto& connection : open) connection->Stop();
    if (connections_.empty()) {
      timer_.cancel();
      return;
    }
    timer_.expires_after(absl::ToChronoMilliseconds(grace));
    timer_.async_wait([this](const error_code& error) {
      if (!error) io_.stop();
    });
  });
  thread_.join();
  connections_.clear();
}

HttpServer::HttpServer(HttpTimes times) : impl_(std::make_unique<Impl>(times)) {}
HttpServer::~HttpServer() = default;

void HttpServer::Add(const std::string& path, Page page) { impl_->Add(path, std::move(page)); }
absl::Status HttpServer::Start(const std::string& host, int port) {
  return impl_->Start(host, port);
}
int HttpServer::port() const { return impl_->port(); }
void HttpServer::Stop(absl::Duration grace) { impl_->Stop(grace); }

}  // namespace usher::observe
