#include "client/cli/json.h"

#include "absl/strings/str_cat.h"
#include "google/protobuf/util/json_util.h"
#include "google/protobuf/wrappers.pb.h"

namespace usher::cli {
namespace {

std::string Quoted(const std::string& text) {
  google::protobuf::StringValue value;
  value.set_value(text);
  std::string quoted;
  // It fails for no text that is UTF-8.
  if (!google::protobuf::util::MessageToJsonString(value, &quoted).ok()) return "\"\"";
  return quoted;
}

std::string NewLine(bool whitespace, size_t depth) {
  return whitespace ? "\n" + std::string(depth, ' ') : "";
}

}  // namespace

JsonObject& JsonObject::AddText(const std::string& name, const std::string& text) {
  members_.push_back({.name = name, .value = Quoted(text), .list = {}});
  return *this;
}

JsonObject& JsonObject::AddNumber(const std::string& name, int64_t number) {
  return AddText(name, absl::StrCat(number));
}

JsonObject& JsonObject::AddBool(const std::string& name, bool value) {
  members_.push_back({.name = name, .value = value ? "true" : "false", .list = {}});
  return *this;
}

JsonObject& JsonObject::AddList(const std::string& name, const std::vector<JsonObject>& objects) {
  members_.push_back({.name = name, .value = "", .is_list = true, .list = objects});
  return *this;
}

std::string JsonObject::ToString(bool whitespace) const {
  std::string out;
  Write(out, whitespace, 0);
  if (whitespace) out += "\n";
  return out;
}

void JsonObject::Write(std::string& out, bool whitespace, size_t depth) const {
  out += "{";
  const char* separator = "";
  for (const Member& member : members_) {
    absl::StrAppend(&out, separator, NewLine(whitespace, depth + 1), Quoted(member.name),
                    whitespace ? ": " : ":", member.value);
    separator = ",";
    if (!member.is_list) continue;
    out += "[";
    for (size_t i = 0; i < member.list.size(); ++i) {
      absl::StrAppend(&out, i == 0 ? "" : ",", NewLine(whitespace, depth + 2));
      member.list[i].Write(out, whitespace, depth + 2);
    }
    absl::StrAppend(&out, member.list.empty() ? "" : NewLine(whitespace, depth + 1), "]");
  }
  absl::StrAppend(&out, members_.empty() ? "" : NewLine(whitespace, depth), "}");
}

}  // namespace usher::cli
