#include <unistd.h>

#include <cstdio>

#include "audit_reader.hpp"
#include "new_file.hpp"

namespace coffer::cli {
namespace {

constexpr std::uint64_t page_size = 200;

struct audit_export_arguments : audit_arguments {
  std::string file;
  bool replace = false;
};

/// One line on the terminal that is written over and over; nothing without a terminal.
class progress_line {
 public:
  explicit progress_line(std::uint64_t last) : last_(last), shown_(isatty(STDERR_FILENO) == 1) {}
  ~progress_line() {
    if (shown_) std::fputs("\r\033[K", stderr);
  }
  progress_line(const progress_line&) = delete;
  progress_line& operator=(const progress_line&) = delete;

  void show(std::uint64_t position) const {
    if (!shown_ || last_ == 0) return;
    const std::uint64_t percent = std::min<std::uint64_t>(100, position * 100 / last_);
    std::string bar(percent / 5, '#');
    bar.resize(20, '.');
    std::fprintf(stderr, "\r[%s] %3llu %%  record %llu of %llu", bar.c_str(),
                 static_cast<unsigned long long>(percent),
                 static_cast<unsigned long long>(position),
                 static_cast<unsigned long long>(std::max(position, last_)));
  }

 private:
  std::uint64_t last_;
  bool shown_;
};

std::uint64_t last_sequence(client& daemon, const audit_query& which) {
  const auto newest = read_newest(daemon, which, 1);
  return newest.empty() ? 0 : newest.back().sequence;
}

// How many records went out.
std::uint64_t copy(client& daemon, audit_query which, new_file& out) {
  const progress_line progress(last_sequence(daemon, which));
  which.after = 0;
  audit_reader reader(daemon, which);
  std::uint64_t count = 0;
  do {
    std::string lines;
    for (const audit_info& one : reader.read_page(page_size)) {
      lines += json_of(one) + '\n';
      ++count;
    }
    out.write(lines);
    progress.show(reader.position());
  } while (reader.more());
  return count;
}

void export_to(const globals& all, const audit_export_arguments& given) {
  client daemon = all.connect();
  new_file out(given.file, given.replace);
  const std::uint64_t count = copy(daemon, given.query(), out);
  out.finish();
  if (given.file == "-") return;
  json_object said;
  if (all.json) return print_line(said.add("records", count).add("file", given.file).text());
  print_line(std::to_string(count) + " records in " + given.file);
}

}  // namespace

void add_audit_export(CLI::App& noun, const globals& all, action& run) {
  auto* command = noun.add_subcommand("export", "all records to a file, as lines of JSON");
  auto to = std::make_shared<audit_export_arguments>();
  command->add_option("FILE", to->file, "where to; - is standard output")->required();
  to->declare(*command);
  command->add_flag("--replace", to->replace, "also if the file exists");
  command->footer(
      "The file appears when it is whole, readable by its owner only.\n"
      "Examples:\n  coffer audit export audit.jsonl\n"
      "  coffer audit export - --company cmp_acme | jq -r .operation | sort | uniq -c");
  command->callback([&all, &run, to] { run = [&all, to] { export_to(all, *to); }; });
}

}  // namespace coffer::cli
