#define BOOST_TEST_MODULE coffer
#include <boost/test/unit_test.hpp>
