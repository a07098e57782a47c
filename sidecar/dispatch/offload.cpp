#include "dispatch/offload.hpp"

#include <atomic>
#include <boost/asio/post.hpp>
#include <boost/asio/thread_pool.hpp>
#include <new>

namespace coffer::dispatch {

struct offload::pool {
  pool(std::size_t workers, std::size_t queue_max_in) : threads(workers), queue_max(queue_max_in) {}
  boost::asio::thread_pool threads;
  std::atomic<std::size_t> queued{0};
  const std::size_t queue_max;
};

offload::offload(std::size_t workers, std::size_t queue_max)
    : pool_(std::make_unique<pool>(workers, queue_max)) {}

offload::~offload() { join(); }

bool offload::post(std::function<void()> work) {
  pool* home = pool_.get();
  if (home->queued.fetch_add(1) >= home->queue_max) {
    home->queued.fetch_sub(1);
    return false;
  }
  try {
    boost::asio::post(home->threads, [home, work = std::move(work)] {
      work();
      home->queued.fetch_sub(1);
    });
    return true;
  } catch (const std::bad_alloc&) {
    home->queued.fetch_sub(1);
    return false;
  }
}

void offload::join() { pool_->threads.join(); }

}  // namespace coffer::dispatch
