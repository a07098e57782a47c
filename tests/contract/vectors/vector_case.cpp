#include "tests/contract/vectors/vector_case.hpp"

#include <algorithm>
#include <fstream>
#include <iterator>
#include <stdexcept>

namespace coffer::vectors {
namespace {

namespace json = boost::json;

constexpr std::size_t keys_of_a_case = 14;

std::string read_file(const std::filesystem::path& file) {
  std::ifstream in(file, std::ios::binary);
  if (!in) throw std::runtime_error("cannot open " + file.string());
  return {std::istreambuf_iterator<char>(in), {}};
}

unsigned digit(char c) {
  if (c >= '0' && c <= '9') return static_cast<unsigned>(c - '0');
  if (c >= 'a' && c <= 'f') return static_cast<unsigned>(c - 'a' + 10);
  throw std::runtime_error("not lower-case hex");
}

void append_hex(std::string_view hex, std::vector<std::byte>& out) {
  if (hex.size() % 2 != 0) throw std::runtime_error("odd number of hex digits");
  for (std::size_t i = 0; i < hex.size(); i += 2)
    out.push_back(static_cast<std::byte>(digit(hex[i]) << 4 | digit(hex[i + 1])));
}

std::optional<std::string> string_or_null(const json::value& value) {
  if (value.is_null()) return std::nullopt;
  return json::value_to<std::string>(value);
}

template <class Number>
std::optional<Number> number_or_null(const json::value& value) {
  if (value.is_null()) return std::nullopt;
  return value.to_number<Number>();
}

// Lists of a message come as arrays or as {"list_repeat": [record, count]}: always arrays from
// here.
void expand_lists(json::object& message) {
  for (auto& entry : message) {
    const auto* object = entry.value().if_object();
    const auto* repeat = object ? object->if_contains("list_repeat") : nullptr;
    if (!repeat) continue;
    const json::value record = repeat->at(0);
    entry.value() = json::array(repeat->at(1).to_number<std::size_t>(), record);
  }
}

std::optional<json::object> message_or_null(const json::value& value) {
  if (value.is_null()) return std::nullopt;
  json::object message = value.as_object();
  expand_lists(message);
  return message;
}

std::vector<std::size_t> frames_or_null(const json::value& value) {
  if (value.is_null()) return {};
  return json::value_to<std::vector<std::size_t>>(value);
}

}  // namespace

std::filesystem::path vectors_folder() {
  return std::filesystem::path(COFFER_SOURCE_DIR) / "protocol" / "vectors";
}

std::vector<std::byte> expand(const json::value& bytes) {
  std::vector<std::byte> out;
  if (bytes.is_string()) {
    append_hex(bytes.get_string(), out);
    return out;
  }
  for (const auto& piece : bytes.as_array()) {
    const bool once = piece.at(0).as_string() == "hex";
    if (!once && piece.at(0).as_string() != "repeat") throw std::runtime_error("unknown piece");
    const auto count = once ? 1 : piece.at(2).to_number<std::size_t>();
    for (std::size_t i = 0; i < count; ++i) append_hex(piece.at(1).as_string(), out);
  }
  return out;
}

vector_case load_case(const std::filesystem::path& file) {
  const json::value parsed = json::parse(read_file(file));
  const json::object& all = parsed.as_object();
  if (all.size() != keys_of_a_case) throw std::runtime_error("keys of " + file.string());
  vector_case out{.name = json::value_to<std::string>(all.at("name")),
                  .kind = json::value_to<std::string>(all.at("kind")),
                  .op = string_or_null(all.at("op")),
                  .side = json::value_to<std::string>(all.at("side")),
                  .bytes = expand(all.at("bytes")),
                  .outcome = json::value_to<std::string>(all.at("outcome")),
                  .field = string_or_null(all.at("field")),
                  .request_id = number_or_null<std::uint64_t>(all.at("request_id")),
                  .message = message_or_null(all.at("message")),
                  .canonical = all.at("canonical").as_bool(),
                  .frames = frames_or_null(all.at("frames")),
                  .missing = number_or_null<std::size_t>(all.at("missing"))};
  if (all.at("about").as_string().empty() || all.at("rule").as_array().empty())
    throw std::runtime_error("a case says what it shows and for which rule: " + file.string());
  if (out.name != file.stem()) throw std::runtime_error("name of " + file.string());
  return out;
}

std::vector<vector_case> load_cases() {
  std::vector<vector_case> out;
  for (const auto& entry : std::filesystem::directory_iterator(vectors_folder() / "cases"))
    out.push_back(load_case(entry.path()));
  std::ranges::sort(out, {}, &vector_case::name);
  return out;
}

std::size_t promised_count() { return std::stoul(read_file(vectors_folder() / "COUNT")); }

}  // namespace coffer::vectors
