// JsonObject: an object of JSON for what no message of the API has. Its members stand in the order
// in which they were added, each time: google.protobuf.Struct would mix them anew in each run.
// Looks as protobuf writes messages. Plain value, any thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace usher::cli {

class JsonObject {
 public:
  JsonObject& AddText(const std::string& name, const std::string& text);
  // As the API has numbers of 64 bits: in quotes.
  JsonObject& AddNumber(const std::string& name, int64_t number);
  JsonObject& AddBool(const std::string& name, bool value);
  JsonObject& AddList(const std::string& name, const std::vector<JsonObject>& objects);

  // In one line, or with `whitespace` in several, of which the last one ends, too.
  std::string ToString(bool whitespace) const;

 private:
  struct Member {
    std::string name;
    // As JSON has it, where it is no list.
    std::string value;
    bool is_list = false;
    std::vector<JsonObject> list;
  };

  void Write(std::string& out, bool whitespace, size_t depth) const;

  std::vector<Member> members_;
};

}  // namespace usher::cli
