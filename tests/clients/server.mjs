// What the tests of all clients share: the server, its schema, what the console was told.
import assert from 'node:assert/strict';
import { after } from 'node:test';
import { buildSchema, isInterfaceType, isObjectType } from 'graphql';

const base = process.env.MDGRAPH_URL;
assert.ok(base, 'MDGRAPH_URL is to be the URL of a server');

/** The endpoint. */
export const endpoint = `${base}/graphql`;

/** The server's own schema. */
export const schema = buildSchema(await (await fetch(`${base}/schema.graphql`)).text());
const types = Object.values(schema.getTypeMap()).filter((type) => !type.name.startsWith('__'));

/** The names of the object types that are one thing in two views of time: what a cache keys on [id, asOfKey]. */
export const keyed = types.filter((type) => isObjectType(type) && type.getFields().asOfKey).map((type) => type.name);

/** The names of the other object types, which belong to what holds them. */
export const embedded = types.filter((type) => isObjectType(type) && !type.getFields().asOfKey && type !== schema.getQueryType()).map((type) => type.name);

/** The kinds of each interface. */
export const possibleTypes = Object.fromEntries(
  types.filter(isInterfaceType).map((type) => [type.name, schema.getPossibleTypes(type).map((kind) => kind.name)]),
);

/** The answer without any client: what a cache is compared with. */
export async function ask(query, variables) {
  const headers = { 'content-type': 'application/json' };
  const answer = await (await fetch(endpoint, { method: 'POST', headers, body: JSON.stringify({ query, variables }) })).json();
  assert.equal(answer.errors, undefined);
  return answer.data;
}

/** Records what is written to the console from now on; after all tests there must be nothing. */
export function expectSilence() {
  const said = [];
  for (const level of ['debug', 'info', 'log', 'warn', 'error']) {
    console[level] = (...words) => said.push(`${level}: ${words.join(' ')}`);
  }
  process.on('warning', (warning) => said.push(`process: ${warning.message}`));
  after(() => assert.deepEqual(said, []));
}
