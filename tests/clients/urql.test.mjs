// urql with graphcache, which is told the schema: it warns of every type, field and key that it does not know.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Client, fetchExchange, gql } from '@urql/core';
import { cacheExchange } from '@urql/exchange-graphcache';
import { relayPagination } from '@urql/exchange-graphcache/extras';
import { introspectionFromSchema } from 'graphql';
import { ask, embedded, endpoint, expectSilence, keyed, schema } from './server.mjs';

expectSilence();

function client() {
  const keys = {};
  for (const type of keyed) keys[type] = (data) => `${data.id} ${data.asOfKey}`;
  for (const type of embedded) keys[type] = () => null;
  const cache = cacheExchange({ schema: introspectionFromSchema(schema), keys, resolvers: { Query: { companies: relayPagination() } } });
  return new Client({ url: endpoint, preferGetMethod: false, exchanges: [cache, fetchExchange] });
}

async function query(urql, document, variables, context) {
  const { data, error } = await urql.query(document, variables, context).toPromise();
  assert.equal(error, undefined);
  return data;
}

const PAGE = gql`
  query Page($first: Int, $after: String, $last: Int, $before: String) {
    companies(orderBy: [{ name: ASC }], first: $first, after: $after, last: $last, before: $before) {
      pageInfo { hasNextPage hasPreviousPage startCursor endCursor }
      edges { cursor node { id asOfKey name } }
    }
  }
`;

const BY_NAME = '{ companies(orderBy: [{ name: ASC }], first: 100) { pageInfo { hasNextPage } edges { node { id } } } }';
const ids = (connection) => connection.edges.map((edge) => edge.node.id);

/** Asks pages of ten until `next` gives no variables; what the cache has put together then. */
async function walk(first, next) {
  const urql = client();
  let pages = 0;
  let shown;
  for (let variables = first; variables; variables = next(shown.pageInfo)) {
    assert.ok(pages < 50, 'the walk does not end');
    shown = (await query(urql, PAGE, variables)).companies;
    pages += 1;
  }
  assert.ok(pages > 2, 'the list is to have several pages');
  return shown;
}

test('pages walked forwards are the list', async () => {
  const { companies: list } = await ask(BY_NAME);
  assert.ok(!list.pageInfo.hasNextPage, 'a page is to hold the whole list');
  const shown = await walk({ first: 10 }, (info) => info.hasNextPage && { first: 10, after: info.endCursor });
  assert.deepEqual(ids(shown), ids(list));
});

test('pages walked backwards are the list', async () => {
  const { companies: list } = await ask(BY_NAME);
  const shown = await walk({ last: 10 }, (info) => info.hasPreviousPage && { last: 10, before: info.startCursor });
  assert.deepEqual(ids(shown), ids(list));
});

test('ids are followed through interfaces', async () => {
  const urql = client();
  const document = gql`
    query Follow($id: ID!) {
      node(id: $id) {
        ...Named
        ... on Organisation { degree names { zh en short } }
        related(first: 3) { edges { relationship direction fact { id asOfKey status sources { section document { ...Named } } } node { ...Named } } }
      }
    }
    fragment Named on Entity { __typename id asOfKey name }
  `;
  const { node } = await query(urql, document, { id: 'company:weigao' });
  for (const { node: other } of node.related.edges) {
    assert.equal((await query(urql, document, { id: other.id })).node.name, other.name);
  }
});

test('two views of one entity do not mix', async () => {
  const urql = client();
  const document = gql`
    query View($asOf: AsOf) { company(id: "company:weigao", asOf: $asOf) { id asOfKey degree facts(first: 1) { totalCount } } }
  `;
  const now = await query(urql, document, {});
  const then = await query(urql, document, { asOf: { known: '2022-12-31' } });
  assert.ok(then.company.facts.totalCount < now.company.facts.totalCount, 'less was known in 2022');
  assert.deepEqual(await query(urql, document, {}, { requestPolicy: 'cache-only' }), now);
  assert.deepEqual(await query(urql, document, { asOf: { known: '2022-12-31' } }, { requestPolicy: 'cache-only' }), then);
});
