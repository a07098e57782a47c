// An adapter: fetches a credential at the moment of use.
#include <coffer/client.hpp>
#include <cstdio>

int main(int argc, char** argv) {
  if (argc != 3) {
    std::fprintf(stderr, "usage: example COMPANY INTEGRATION\n");
    return 64;
  }
  try {
    coffer::client daemon = coffer::client::connect();
    const coffer::secret token = daemon.fetch(argv[1], argv[2]);
    std::printf("a token of %zu bytes, version %llu\n", token.reveal().size(),
                static_cast<unsigned long long>(token.version()));
    return 0;
  } catch (const coffer::error& failed) {
    std::fprintf(stderr, "example: %s: %s\n", failed.name().c_str(), failed.what());
    return 1;
  }
}
