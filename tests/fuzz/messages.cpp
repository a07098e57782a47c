// Every message: the first byte chooses one, the rest are its fields. What decodes encodes again,
// and decodes to the same.
#include <cstdlib>
#include <vector>

#include "protocol/json.hpp"
#include "protocol/messages.hpp"
#include "protocol/reader.hpp"
#include "protocol/writer.hpp"

using namespace coffer::protocol;

namespace {

void expect(bool truth) {
  if (!truth) std::abort();
}

template <class Message>
void round_trip(bytes_view fields) {
  Message first;
  if (decode_message(fields, first)) return;
  std::vector<std::byte> out(frame_size_max);
  const std::size_t size = encode_message(first, 1, 0, 7, out);
  if (size == 0) return;  // more than a frame holds
  const split_result frame = split({out.data(), size}, any_frame);
  expect(frame.status == split_status::complete && frame.size == size);
  Message second;
  expect(!decode_message(frame.value.fields, second));
  expect(to_json(first) == to_json(second));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const bytes_view fields(reinterpret_cast<const std::byte*>(data) + 1, size - 1);
  unsigned index = 0;
  const unsigned chosen = data[0] % (2 * operations.size() + 1);
  if (chosen == 0) round_trip<error_reply>(fields);
  for_each_operation([&](opcode, auto request, auto reply) {
    if (++index == chosen) round_trip<decltype(request)>(fields);
    if (++index == chosen) round_trip<decltype(reply)>(fields);
  });
  return 0;
}
