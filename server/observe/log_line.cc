#include "observe/log_line.h"

#include <cstddef>
#include <cstdint>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"

namespace usher::observe {
namespace {

constexpr char kReplacement[] = "\xef\xbf\xbd";

// Bytes of the UTF-8 character at the start of the text; 0 where there is none.
size_t CharacterAt(std::string_view text) {
  const auto byte = [&](size_t i) { return static_cast<uint8_t>(text[i]); };
  const uint8_t first = byte(0);
  size_t size = 0;
  uint32_t code = 0;
  if (first < 0x80) return 1;
  if (first >= 0xc2 && first < 0xe0) {
    size = 2;
    code = first & 0x1f;
  } else if (first >= 0xe0 && first < 0xf0) {
    size = 3;
    code = first & 0x0f;
  } else if (first >= 0xf0 && first < 0xf5) {
    size = 4;
    code = first & 0x07;
  }
  if (size == 0 || text.size() < size) return 0;
  for (size_t i = 1; i < size; ++i) {
    if ((byte(i) & 0xc0) != 0x80) return 0;
    code = code << 6 | (byte(i) & 0x3f);
  }
  const bool overlong = (size == 3 && code < 0x800) || (size == 4 && code < 0x10000);
  const bool surrogate = code >= 0xd800 && code < 0xe000;
  return overlong || surrogate || code > 0x10ffff ? 0 : size;
}

// The text as it stands between the quotes of a JSON string.
std::string Escaped(std::string_view text) {
  std::string escaped;
  escaped.reserve(text.size());
  while (!text.empty()) {
    const size_t size = CharacterAt(text);
    const char first = text[0];
    if (size == 0) {
      escaped += kReplacement;
    } else if (first == '"' || first == '\\') {
      escaped += '\\';
      escaped += first;
    } else if (first == '\n') {
      escaped += "\\n";
    } else if (static_cast<uint8_t>(first) < 0x20 || first == 0x7f) {
      absl::StrAppend(&escaped, absl::StrFormat("\\u%04x", static_cast<uint8_t>(first)));
    } else {
      escaped.append(text.substr(0, size));
    }
    text.remove_prefix(size == 0 ? 1 : size);
  }
  return escaped;
}

// A sentence has its quotes and backslashes as they are: nobody reads them back.
std::string Sentence(std::string_view text) {
  std::string sentence;
  for (size_t i = 0; i < text.size();) {
    const size_t size = CharacterAt(text.substr(i));
    const std::string_view character = text.substr(i, size == 0 ? 1 : size);
    const bool plain = character == "\"" || character == "\\";
    sentence += plain ? std::string(character) : Escaped(character);
    i += character.size();
  }
  return sentence;
}

// A value in quotes where it would not be one word.
std::string Word(std::string_view text) {
  const bool one = !text.empty() && text.find_first_of(" \"=\\") == std::string_view::npos;
  const std::string escaped = Escaped(text);
  return one && escaped == text ? escaped : "\"" + escaped + "\"";
}

}  // namespace

std::string Render(const LogLine& line, LogFormat format) {
  const std::string time = absl::FormatTime("%Y-%m-%dT%H:%M:%E3SZ", line.time, absl::UTCTimeZone());
  const std::string level(line.level);
  std::string text;
  if (format == LogFormat::kText) {
    text = absl::StrCat(time, " ", level, " ", Sentence(line.message));
    for (const LogField& field : line.fields) {
      absl::StrAppend(&text, " ", std::string(field.key), "=", Word(field.value));
    }
    return text;
  }
  text = absl::StrCat("{\"time\":\"", time, "\",\"level\":\"", level, "\",\"message\":\"",
                      Escaped(line.message), "\"");
  for (const LogField& field : line.fields) {
    absl::StrAppend(&text, ",\"", std::string(field.key), "\":\"", Escaped(field.value), "\"");
  }
  return absl::StrCat(text, "}");
}

}  // namespace usher::observe
