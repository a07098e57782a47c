#include "audit_reader.hpp"

namespace coffer::cli {
namespace {

constexpr std::uint64_t page_size_max = 200;

}  // namespace

void audit_arguments::declare(CLI::App& command) {
  command.add_option("--company", company, "only records of this company")->check(not_empty());
  command.add_option("--chain", chain, "the trail of another host; see audit verify")
      ->check(not_empty());
}

audit_query audit_arguments::query() const {
  audit_query out;
  out.company = if_given(company);
  out.chain = if_given(chain);
  return out;
}

std::vector<audit_info> audit_reader::read_page(std::uint64_t count) {
  next_.limit = std::min(count, page_size_max);
  audit_page page = daemon_.audit_list(next_);
  position_ = page.position;
  (next_.after ? next_.after : next_.before) = page.position;
  more_ = page.next.has_value();
  return std::move(page.records);
}

std::vector<audit_info> audit_reader::read(std::uint64_t count) {
  std::vector<audit_info> found;
  do {
    auto page = read_page(count - found.size());
    std::ranges::move(page, std::back_inserter(found));
  } while (more_ && found.size() < count);
  return found;
}

std::vector<audit_info> read_newest(client& daemon, const audit_query& which, std::uint64_t count) {
  auto found = audit_reader(daemon, which).read(count);
  std::ranges::reverse(found);
  return found;
}

growing_table audit_table() {
  return growing_table({"SEQUENCE", "TIME (UTC)", "UID", "PID", "OPERATION", "OUTCOME", "COMPANY",
                        "SUBJECT", "VERSION", "AGENT", "RUN", "RULE"});
}

table_rows audit_rows(const std::vector<audit_info>& records) {
  table_rows rows;
  for (const audit_info& one : records)
    rows.push_back({std::to_string(one.sequence), moment_text(one.at), std::to_string(one.uid),
                    std::to_string(one.pid), one.operation, one.outcome, dashed(one.company),
                    dashed(one.subject), one.version ? std::to_string(*one.version) : "-",
                    dashed(one.agent), dashed(one.run), dashed(one.rule)});
  return rows;
}

}  // namespace coffer::cli
