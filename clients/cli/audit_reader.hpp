// Reads audit records page by page, and shows them.
#pragma once

#include "output.hpp"
#include "program.hpp"

namespace coffer::cli {

/// Which records: the options of all commands that read them.
struct audit_arguments {
  std::string company, chain;
  void declare(CLI::App& command);
  audit_query query() const;
};

/// Goes forward from `start.after`, or else backward. Holds a reference to the client.
class audit_reader {
 public:
  audit_reader(client& daemon, audit_query start) : daemon_(daemon), next_(std::move(start)) {}

  /// The next records, in the order of reading: `count`, or fewer at the end of the trail. Forward,
  /// a later call goes on with what has been added.
  std::vector<audit_info> read(std::uint64_t count);
  /// The next page, which may be empty before the end; `more()` tells.
  std::vector<audit_info> read_page(std::uint64_t count);

  bool more() const { return more_; }
  /// The last sequence that was looked at.
  std::uint64_t position() const { return position_; }

 private:
  client& daemon_;
  audit_query next_;
  std::uint64_t position_ = 0;
  bool more_ = true;
};

/// The newest `count` records, oldest first.
std::vector<audit_info> read_newest(client& daemon, const audit_query& which, std::uint64_t count);

growing_table audit_table();
table_rows audit_rows(const std::vector<audit_info>& records);

}  // namespace coffer::cli
