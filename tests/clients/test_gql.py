"""Python's gql with the schema fetched from the server, against which it checks documents before it sends them.

MDGRAPH_URL=http://127.0.0.1:8000 python -W error -m unittest test_gql
"""

import os
import unittest

from gql import Client, gql
from gql.transport.httpx import HTTPXTransport

PAGE = gql(
    """
    query Page($first: Int, $after: String, $last: Int, $before: String) {
      companies(orderBy: [{name: ASC}], first: $first, after: $after, last: $last, before: $before) {
        totalCount
        pageInfo { hasNextPage hasPreviousPage startCursor endCursor }
        edges { node { id } }
      }
    }
    """
)
FOLLOW = gql(
    """
    query Follow($id: ID!) {
      node(id: $id) {
        ...Named
        ... on Organisation { degree }
        related(first: 3) { edges { relationship node { ...Named } } }
      }
    }
    fragment Named on Entity { __typename id name }
    """
)
VIEW = gql(
    """
    query View($asOf: AsOf) { company(id: "company:weigao", asOf: $asOf) { asOfKey facts(first: 1) { totalCount } } }
    """
)


class Gql(unittest.TestCase):
    """Pages in both directions, ids through interfaces, views of time."""

    @classmethod
    def setUpClass(cls):
        transport = HTTPXTransport(url=os.environ["MDGRAPH_URL"] + "/graphql")
        cls.client = Client(transport=transport, fetch_schema_from_transport=True)
        cls.session = cls.client.connect_sync()

    @classmethod
    def tearDownClass(cls):
        cls.client.close_sync()

    def ask(self, document, **variables):
        document.variable_values = variables
        return self.session.execute(document)

    def test_pages_walked_either_way_are_the_list(self):
        forwards, page = [], None
        while page is None or page["pageInfo"]["hasNextPage"]:
            page = self.ask(PAGE, first=10, after=page and page["pageInfo"]["endCursor"])["companies"]
            forwards += [edge["node"]["id"] for edge in page["edges"]]
        backwards, page = [], None
        while page is None or page["pageInfo"]["hasPreviousPage"]:
            page = self.ask(PAGE, last=10, before=page and page["pageInfo"]["startCursor"])["companies"]
            backwards = [edge["node"]["id"] for edge in page["edges"]] + backwards
        self.assertEqual(len(forwards), page["totalCount"])
        self.assertEqual(len(set(forwards)), len(forwards))
        self.assertEqual(forwards, backwards)

    def test_ids_are_followed_through_interfaces(self):
        node = self.ask(FOLLOW, id="company:weigao")["node"]
        self.assertEqual(node["__typename"], "Company")
        self.assertGreater(node["degree"], 0)
        for edge in node["related"]["edges"]:
            self.assertEqual(self.ask(FOLLOW, id=edge["node"]["id"])["node"]["name"], edge["node"]["name"])

    def test_views_of_time_differ(self):
        now = self.ask(VIEW)["company"]
        then = self.ask(VIEW, asOf={"known": "2022-12-31"})["company"]
        self.assertNotEqual(now["asOfKey"], then["asOfKey"])
        self.assertLess(then["facts"]["totalCount"], now["facts"]["totalCount"])


if __name__ == "__main__":
    unittest.main()
