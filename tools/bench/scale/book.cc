#include "tools/bench/scale/book.h"

#include <algorithm>

#include "absl/strings/str_cat.h"

namespace usher::bench {

Book::Book(const Shape& shape)
    : shape_(shape),
      pages_(static_cast<size_t>((shape.applications + shape.asleep) *
                                 std::max<int64_t>(1, shape.agents_per_application))) {}

std::string Book::application(size_t agent) const {
  return ApplicationName(static_cast<int64_t>(agent) /
                         std::max<int64_t>(1, shape_.agents_per_application));
}

std::string Book::email(size_t agent) const {
  return EmailOf(static_cast<int64_t>(agent) % std::max<int64_t>(1, shape_.agents_per_application));
}

absl::Status Book::NoteLogin(size_t agent, bool first,
                             const ::usher::v1::StartSessionResponse& answer) {
  Page& page = pages_[agent];
  const ::usher::v1::Session& session = answer.session();
  const bool right = session.email() == email(agent) && session.session_id() > page.last_session &&
                     session.license_id() > 0 && answer.newly_bound() == first &&
                     (page.license == 0 || page.license == session.license_id());
  if (!right) {
    return absl::InternalError(
        absl::StrCat("a login of ", email(agent), " in ", application(agent), " got session ",
                     session.session_id(), " of ", session.email(), " on license ",
                     session.license_id(), answer.newly_bound() ? ", newly bound" : "",
                     "; the last was session ", page.last_session, " on license ", page.license));
  }
  page.last_session = session.session_id();
  page.license = session.license_id();
  return absl::OkStatus();
}

}  // namespace usher::bench
