"""P4: reading the trail page by page, and who is shown what of it."""

import unittest

import coffer
from audit_case import Audited, open_to_observer, run_as_observer
from coffer import wire
from daemon import need_root
from raw_peer import RawPeer, request


class Pages(Audited):
    """Three companies take turns; every record is in a chunk of its own in the store."""

    def setUp(self):
        super().setUp()
        for turn in range(45):
            try:
                self.client.fetch(f"cmp_{'aab'[turn % 3]}", f"i{turn}")
            except coffer.NotFound:
                pass
            list(self.client.audit(limit=1))  # ships
        self.all = list(self.client.audit(after=0))

    def page(self, peer, **question):
        peer.send(request("audit_list", **question))
        return wire.decode_fields(wire.OPERATIONS["audit_list"][3], peer.receive()[3])

    def walk(self, on, start, **question):
        """All pages in one direction, as lists of sequences."""
        pages, place = [], start
        with RawPeer(self.daemon.socket) as peer:
            while True:
                asked = dict(question) if place is None else {**question, on: place}
                said = self.page(peer, **asked)
                pages.append([record["sequence"] for record in said["records"]])
                if said.get("next") is None:
                    return pages
                self.assertNotEqual(said["next"], place)
                place = said["next"]

    def test_P4_forward_and_backward_by_any_page(self):
        self.assertEqual([one.sequence for one in self.all], list(range(1, 46)))
        for limit in (1, 2, 7, 44, 45, 46, 200):
            forward = self.walk("after", 0, limit=limit)
            self.assertEqual(sum(forward, []), list(range(1, 46)), limit)
            backward = self.walk("before", None, limit=limit)
            self.assertEqual(sum(backward, []), list(range(45, 0, -1)), limit)
            self.assertTrue(all(len(page) <= limit for page in forward + backward))

    def test_P4_from_any_place(self):
        for place in (0, 1, 20, 44, 45, 46, 1 << 63):
            self.assertEqual([one.sequence for one in self.client.audit(after=place)],
                             list(range(place + 1, 46)))
            self.assertEqual([one.sequence for one in self.client.audit(before=place)],
                             list(range(min(place, 46) - 1, 0, -1)))

    def test_P4_of_one_company(self):
        mine = [one for one in self.all if one.company == "cmp_b"]
        self.assertEqual(len(mine), 15)
        self.assertEqual(list(self.client.audit("cmp_b", after=0)), mine)
        self.assertEqual(list(self.client.audit("cmp_b")), mine[::-1])
        self.assertEqual(list(self.client.audit("cmp_b", limit=4)), mine[:-5:-1])
        for limit in (1, 4, 200):
            sequences = [one.sequence for one in mine]
            self.assertEqual(sum(self.walk("after", 0, company="cmp_b", limit=limit), []),
                             sequences)
        self.assertEqual(list(self.client.audit("cmp_nobody")), [])

    def test_P4_no_chain_of_that_name(self):
        chain = self.client.audit_verify()[0].chain
        self.assertEqual(list(self.client.audit(chain=chain, after=0)), self.all)
        self.assertEqual(list(self.client.audit(chain="0" * 32)), [])


class Restricted(unittest.TestCase):
    """An observer of some companies, of another uid."""

    def setUp(self):
        need_root(self)

    def test_P2_P4_an_observer_of_one_company_sees_only_that(self):
        daemon = open_to_observer(self, ["cmp_a"])
        shown = run_as_observer(self, daemon)
        with daemon.connect() as client:
            mine = [str(one.sequence) for one in client.audit("cmp_a", after=0)]
            self.assertGreater(len(list(client.audit("cmp_b"))), 0)
        mine = mine[:len(shown[0].split())]  # its own refusal came later
        self.assertEqual(shown[0].split(), mine)
        self.assertEqual(shown[1].split(), mine[::-1])
        self.assertEqual(shown[2].split(), mine)
        self.assertEqual(shown[3], "denied")  # the other company
        self.assertEqual(shown[4], "denied")  # all chains
        self.assertGreater(len(mine), 3)

    def test_P2_P4_an_observer_of_all_sees_all(self):
        daemon = open_to_observer(self, None)
        shown = run_as_observer(self, daemon)
        with daemon.connect() as client:
            everything = [str(one.sequence) for one in client.audit(after=0)]
        self.assertEqual(shown[0].split(), everything[:-1])
        self.assertIn("answered", shown[4])


if __name__ == "__main__":
    unittest.main()
