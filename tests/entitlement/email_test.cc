#include "entitlement/email.h"

#include <string>

#include "entitlement/limits.h"
#include "gtest/gtest.h"

namespace usher::entitlement {
namespace {

// An email of `length` characters with a domain of valid labels.
std::string EmailOfLength(size_t length) {
  const std::string domain = "@" + std::string(60, 'd') + "." + std::string(60, 'e') + ".example";
  return std::string(length - domain.size(), 'a') + domain;
}

TEST(ParseEmail, TrimsAndLowerCases) {  // R11
  struct Case {
    std::string text;
    std::string email;
  };
  for (const Case& c : {
           Case{"ann@example.com", "ann@example.com"},
           Case{"  Ann.Lee@Example.COM\t\r\n", "ann.lee@example.com"},
           Case{"a@b", "a@b"},
           Case{"!#$%&'*+-/=?^_`{|}~@x.org", "!#$%&'*+-/=?^_`{|}~@x.org"},
           Case{"agent+night@3com.com", "agent+night@3com.com"},
           Case{"1.2.3@1.2.3", "1.2.3@1.2.3"},
           Case{"x@a-b.c--d", "x@a-b.c--d"},
       }) {
    const std::optional<Email> parsed = ParseEmail(c.text);
    ASSERT_TRUE(parsed.has_value()) << c.text;
    EXPECT_EQ(parsed->value(), c.email);
  }
}

TEST(ParseEmail, RefusesWhatIsNoDotAtomAtDomain) {  // R11
  for (const char* text : {
           "",
           "   ",
           "ann",
           "@",
           "ann@",
           "@example.com",
           "ann@@example.com",
           "ann@b@c",
           ".ann@example.com",
           "ann.@example.com",
           "an..n@example.com",
           "an n@example.com",
           "\"ann\"@example.com",
           "ann(desk)@example.com",
           "Ann <ann@example.com>",
           "ann@[127.0.0.1]",
           "ann@.example.com",
           "ann@example.com.",
           "ann@example..com",
           "ann@-example.com",
           "ann@example-.com",
           "ann@exam_ple.com",
           "ann@example.com,bob@example.com",
           "ann\n@example.com",
           "j\xc3\xb6rg@example.com",
           "ann@b\xc3\xbcro.example",
       }) {
    EXPECT_FALSE(ParseEmail(text).has_value()) << text;
  }
}

TEST(ParseEmail, RefusesAnEmbeddedNul) {  // R11
  using std::string_view_literals::operator""sv;
  EXPECT_FALSE(ParseEmail("ann\0@example.com"sv).has_value());
  EXPECT_FALSE(ParseEmail("ann@example.com\0"sv).has_value());
}

TEST(ParseEmail, TakesUpTo254CharactersAfterTrimming) {  // R11
  const std::string longest = EmailOfLength(kEmailLengthMax);
  EXPECT_TRUE(ParseEmail(longest).has_value());
  EXPECT_TRUE(ParseEmail("  " + longest + "  ").has_value());
  EXPECT_FALSE(ParseEmail(EmailOfLength(kEmailLengthMax + 1)).has_value());
}

TEST(ParseEmail, TakesDomainLabelsUpTo63Characters) {  // R11
  EXPECT_TRUE(ParseEmail("a@" + std::string(63, 'd') + ".com").has_value());
  EXPECT_FALSE(ParseEmail("a@" + std::string(64, 'd') + ".com").has_value());
}

TEST(ParseEmail, IsItsOwnNormalForm) {  // R11
  const std::optional<Email> once = ParseEmail(" Ann@Example.com ");
  ASSERT_TRUE(once.has_value());
  EXPECT_EQ(ParseEmail(once->value()), once);
}

}  // namespace
}  // namespace usher::entitlement
