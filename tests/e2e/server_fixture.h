// A fixture with a server and its methods at hand.
#pragma once

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/e2e/api.h"
#include "tests/support/test_server.h"

namespace usher::e2e {

class ServerTest : public ::testing::Test {
 protected:
  // What a test leaves behind is in order.
  void TearDown() override {
    const auto answer = api_.Call(&Admin::CheckIntegrity, "");
    if (answer.ok()) {
      EXPECT_THAT(answer->problems(), ::testing::IsEmpty());
    }
  }

  void Restart() {
    server_.Restart();
    api_ = Api(server_.NewChannel());
  }

  testing::TestServer server_;
  Api api_{server_.NewChannel()};
};

}  // namespace usher::e2e
