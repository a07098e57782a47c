// An audit chain that is right, the same each time, and ways to tamper with it.
#pragma once

#include <algorithm>
#include <vector>

#include "audit/chain_check.hpp"
#include "tests/fuzz/choices.hpp"

namespace coffer::tests {

using chain_bytes = std::vector<std::byte>;

/// A segment file without zeros behind its blocks.
struct sealed_file {
  chain_bytes bytes;
  std::vector<std::size_t> ends;       ///< of its header, then of its blocks
  std::uint64_t first = 0;             ///< sequence
  std::vector<std::uint64_t> last_of;  ///< the last sequence in front of each of `ends`

  std::uint64_t last() const { return last_of.back(); }
  std::size_t blocks() const { return ends.size() - 1; }
  std::span<const std::byte> body() const {
    return std::span(bytes).subspan(audit::segment_header_size);
  }
};

/// Two files of blocks of one to three records each, under a key of zeros. The process's arena must
/// be open.
class sealed_chain {
 public:
  static constexpr audit::chain_id id{std::byte{7}};
  static crypto::mac_key key() { return crypto::mac_key(secret::buffer(32)); }

  sealed_chain() : files{file_of({2, 1, 3}), file_of({1, 2, 1, 1})} {}

  std::uint64_t last() const { return files[1].last(); }

 private:
  sealed_file file_of(std::initializer_list<std::uint32_t> counts) {
    sealed_file out;
    out.first = next_;
    out.bytes.resize(audit::segment_header_size);
    audit::write_segment_header({id, next_, previous_}, out.bytes.data());
    out.ends = {out.bytes.size()};
    out.last_of = {next_ - 1};
    for (const std::uint32_t count : counts) add_block(out, count);
    return out;
  }

  void add_block(sealed_file& out, std::uint32_t count) {
    chain_bytes records(count * audit::record_size_max);
    std::size_t size = 0;
    for (std::uint32_t i = 0; i < count; ++i) {
      audit::record one{.operation = 0x15, .rule = "owner", .company = "cmp_a"};
      size += audit::encode(one, records.data() + size);
    }
    audit::block one{.count = count,
                     .first_sequence = next_,
                     .at = 1000 + next_,
                     .records = {records.data(), size}};
    previous_ = one.seal = audit::seal_of(key_, previous_, one);
    next_ += count;
    chain_bytes header(audit::block_header_size);
    audit::write_block_header(one, header.data());
    audit::publish_block(static_cast<std::uint32_t>(size), header.data());
    out.bytes.insert(out.bytes.end(), header.begin(), header.end());
    out.bytes.insert(out.bytes.end(), one.records.begin(), one.records.end());
    out.ends.push_back(out.bytes.size());
    out.last_of.push_back(next_ - 1);
  }

  crypto::mac_key key_ = key();
  crypto::mac previous_ = audit::seal_before_first(key_, id);
  std::uint64_t next_ = 1;

 public:
  const std::array<sealed_file, 2> files;
};

/// Tampers with a file: bytes and whole blocks of it changed, removed, repeated or put elsewhere.
class tampering {
 public:
  tampering(choices& from, const sealed_file& file) : from_(from), file_(file) {}

  /// At most four changes; perhaps they undo one another.
  chain_bytes apply() {
    out_ = file_.bytes;
    for (int i = 0; i < 4 && !from_.empty() && !out_.empty(); ++i) change();
    return std::move(out_);
  }

 private:
  void change() {
    switch (from_.next() % 8) {
      case 0:
        out_[from_.below(out_.size())] ^= static_cast<std::byte>(from_.next());
        break;
      case 1:  // zeros to the end
        std::fill(at(from_.below(out_.size())), out_.end(), std::byte{0});
        break;
      case 2:  // a block that has no size
        std::fill_n(at(begin_of_block()), 4, std::byte{0});
        break;
      case 3:
        erase_block();
        break;
      case 4:
        insert(at(begin_of_block()), block());
        break;
      case 5:
        out_.resize(from_.below(out_.size() + 1));
        break;
      case 6:
        insert(at(from_.below(out_.size() + 1)),
               chain_bytes(1, static_cast<std::byte>(from_.next())));
        break;
      case 7:
        out_.resize(out_.size() + from_.next());
        break;
    }
  }

  chain_bytes::iterator at(std::size_t place) {
    return out_.begin() + static_cast<std::ptrdiff_t>(std::min(place, out_.size()));
  }
  std::size_t chosen() { return from_.next() % file_.blocks(); }
  // Where one was, as far as there is room for its size.
  std::size_t begin_of_block() {
    const std::size_t place = file_.ends[chosen()];
    return out_.size() < place + 4 ? (out_.resize(place + 4), place) : place;
  }
  chain_bytes block() {
    const std::size_t one = chosen();
    const auto begin = file_.bytes.begin();
    return {begin + static_cast<std::ptrdiff_t>(file_.ends[one]),
            begin + static_cast<std::ptrdiff_t>(file_.ends[one + 1])};
  }
  void insert(chain_bytes::iterator place, const chain_bytes& what) {
    out_.insert(place, what.begin(), what.end());
  }
  void erase_block() {
    const std::size_t one = chosen();
    out_.erase(at(file_.ends[one]), at(file_.ends[one + 1]));
  }

  choices& from_;
  const sealed_file& file_;
  chain_bytes out_;
};

}  // namespace coffer::tests
