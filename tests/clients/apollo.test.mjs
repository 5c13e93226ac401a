// Apollo Client with its normalised cache: entities and facts keyed on [id, asOfKey], connections as relayStylePagination keeps them.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ApolloClient, HttpLink, InMemoryCache, gql } from '@apollo/client';
import { relayStylePagination } from '@apollo/client/utilities';
import { filter, firstValueFrom, timeout } from 'rxjs';
import { ask, endpoint, expectSilence, keyed, possibleTypes } from './server.mjs';

expectSilence();

function client() {
  const typePolicies = Object.fromEntries(keyed.map((type) => [type, { keyFields: ['id', 'asOfKey'] }]));
  typePolicies.Query = { fields: { companies: relayStylePagination(['where', 'orderBy', 'asOf']) } };
  typePolicies.Company.fields = { facts: relayStylePagination(['relationships', 'status']) };
  return new ApolloClient({ link: new HttpLink({ uri: endpoint }), cache: new InMemoryCache({ typePolicies, possibleTypes }) });
}

const PAGE = gql`
  query Page($first: Int, $after: String, $last: Int, $before: String) {
    companies(orderBy: [{ degree: DESC }, { name: ASC }], first: $first, after: $after, last: $last, before: $before) {
      totalCount
      pageInfo { hasNextPage hasPreviousPage startCursor endCursor }
      edges { cursor node { id asOfKey name } }
    }
  }
`;
const BY_DEGREE = '{ companies(orderBy: [{ degree: DESC }, { name: ASC }], first: 100) { totalCount pageInfo { hasNextPage } edges { node { id } } } }';
const ids = (connection) => connection.edges.map((edge) => edge.node.id);

/** Walks pages of ten with fetchMore until `done`; what a watcher of the list is shown then. */
async function walk(variables, done, next) {
  const query = client().watchQuery({ query: PAGE, variables });
  const watching = query.subscribe();
  const longer = async (than) => {
    const grown = query.pipe(filter(({ data, loading }) => !loading && data.companies.edges.length > than), timeout(10_000));
    return (await firstValueFrom(grown)).data.companies;
  };
  let shown = await longer(0);
  let pages = 1;
  for (; !done(shown); pages++) {
    await query.fetchMore({ variables: next(shown.pageInfo) });
    shown = await longer(shown.edges.length);
  }
  watching.unsubscribe();
  assert.ok(pages > 2, 'the list is to have several pages');
  return shown;
}

test('pages walked forwards are the list', async () => {
  const { companies: list } = await ask(BY_DEGREE);
  assert.ok(!list.pageInfo.hasNextPage, 'a page is to hold the whole list');
  const next = ({ endCursor }) => ({ first: 10, after: endCursor });
  const shown = await walk({ first: 10 }, (page) => !page.pageInfo.hasNextPage, next);
  assert.equal(shown.totalCount, list.totalCount);
  assert.deepEqual(ids(shown), ids(list));
});

test('pages walked backwards are the list', async () => {
  const { companies: list } = await ask(BY_DEGREE);
  const next = ({ startCursor }) => ({ last: 10, before: startCursor });
  const shown = await walk({ last: 10 }, (page) => !page.pageInfo.hasPreviousPage, next);
  assert.deepEqual(ids(shown), ids(list));
});

test('ids are followed through interfaces, and pages of facts are kept under their entity', async () => {
  const apollo = client();
  const query = gql`
    query Follow($id: ID!, $after: String) {
      node(id: $id) {
        ...Named
        ... on Organisation { degree }
        ... on Actor { takesPartIn(first: 1) { edges { role node { ...Named } } } }
        facts(first: 2, after: $after) {
          pageInfo { hasNextPage endCursor startCursor hasPreviousPage }
          edges { cursor node { id asOfKey subject { ...Named } object { ...Named } } }
        }
      }
    }
    fragment Named on Entity { id asOfKey name }
  `;
  const { data } = await apollo.query({ query, variables: { id: 'company:weigao' } });
  const after = data.node.facts.pageInfo.endCursor;
  await apollo.query({ query, variables: { id: 'company:weigao', after }, fetchPolicy: 'network-only' });
  const both = apollo.readQuery({ query, variables: { id: 'company:weigao' } });
  assert.equal(both.node.facts.edges.length, 4);
  const [other] = data.node.facts.edges.flatMap(({ node }) => [node.subject, node.object]).filter((end) => end.id !== 'company:weigao');
  const next = await apollo.query({ query, variables: { id: other.id } });
  assert.equal(next.data.node.name, other.name);
});

test('two views of one entity do not mix', async () => {
  const apollo = client();
  const query = gql`
    query View($asOf: AsOf) { company(id: "company:weigao", asOf: $asOf) { id asOfKey name degree facts(first: 1) { totalCount } } }
  `;
  const views = [undefined, { known: '2022-12-31' }, { valid: '2023' }, { valid: '2023', known: '2022-12-31' }];
  const answers = [];
  for (const asOf of views) answers.push((await apollo.query({ query, variables: { asOf } })).data.company);
  assert.equal(new Set(answers.map((company) => company.asOfKey)).size, views.length);
  assert.ok(answers[1].facts.totalCount < answers[0].facts.totalCount, 'less was known in 2022');
  for (const [at, asOf] of views.entries()) {
    const kept = await apollo.query({ query, variables: { asOf }, fetchPolicy: 'cache-only' });
    assert.deepEqual(kept.data.company, answers[at]);
    const { company } = await ask('query ($asOf: AsOf) { company(id: "company:weigao", asOf: $asOf) { degree facts { totalCount } } }', { asOf });
    assert.deepEqual({ degree: kept.data.company.degree, facts: kept.data.company.facts.totalCount }, { degree: company.degree, facts: company.facts.totalCount });
  }
  assert.equal(Object.keys(apollo.extract()).filter((key) => key.startsWith('Company:')).length, views.length);
});
