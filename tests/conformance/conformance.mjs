// Generated and mutated documents are valid at a server if and only if `graphql` says so against the server's own SDL:
// node conformance.mjs http://127.0.0.1:8000 [--seed N] [--documents N] [--from N]
// Deviations that are meant are listed in deviations.mjs, one for one with docs/conformance.md.
import { readFileSync } from 'node:fs';
import { buildSchema, parse, validate, validateSchema } from 'graphql';
import { DEVIATIONS } from './deviations.mjs';
import { generate } from './generate.mjs';
import { CHANGE_NAMES, mutateText, mutateTree } from './mutate.mjs';
import { random as source } from './random.mjs';
import { shrink } from './shrink.mjs';

const [base, ...options] = process.argv.slice(2);
const option = (name, otherwise) => (options.includes(name) ? Number(options[options.indexOf(name) + 1]) : otherwise);
if (!base) {
  console.error('usage: node conformance.mjs URL [--seed N] [--documents N] [--from N]');
  process.exit(2);
}
const seed = option('--seed', 1);
const wanted = option('--documents', 3000);
const from = option('--from', 0);
/** Of a hundred changes so many are of the text, the others of the tree. */
const TEXTUAL = 15;
/** Mismatches that are shown in full. */
const SHOWN = 10;
/** Codes that say that a document is not valid; any other answer says that it is. */
const INVALID = ['GRAPHQL_PARSE_FAILED', 'GRAPHQL_VALIDATION_FAILED'];
/** Limits that are checked before a document is validated: such a refusal says nothing about validity. */
const GUARDS = ['tokens', 'nesting', 'directives', 'selections', 'depth', 'introspection-depth', 'introspection-lists', 'root-fields', 'aliases'];

const schema = buildSchema(await (await fetch(`${base}/schema.graphql`)).text());
const schemaErrors = validateSchema(schema);
let passed = 0;
let failed = 0;
const fail = (text) => {
  failed += 1;
  if (failed <= SHOWN) console.log(`FAILED ${text}\n`);
};
if (schemaErrors.length) fail(`the SDL is not valid: ${schemaErrors.map(String).join('\n')}`);

/** What `graphql` finds wrong with a document. */
function oracle(text) {
  try {
    return validate(schema, parse(text), undefined, { maxErrors: 20 }).map((error) => error.message);
  } catch (error) {
    return [error.message];
  }
}

/** What the server says of a document: whether it is valid (undefined: refused before that), its errors, whether it failed. */
async function server(text) {
  const operationName = /\b(?:query|mutation|subscription)\s+([_A-Za-z]\w*)/.exec(text)?.[1];
  const response = await fetch(`${base}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', accept: 'application/graphql-response+json' },
    body: JSON.stringify({ query: text, operationName }),
    signal: AbortSignal.timeout(20_000),
  });
  const body = await response.json();
  const errors = body.errors ?? [];
  const codes = errors.map((error) => error.extensions?.code);
  const refused = errors.some((error) => error.extensions?.code === 'LIMIT_EXCEEDED' && GUARDS.includes(error.extensions.limit));
  const says = errors.map((error) => `${error.extensions?.code}: ${error.message.split('\n')[0]}`);
  return { valid: refused ? undefined : !codes.some((code) => INVALID.includes(code)), says, broken: response.status >= 500, status: response.status };
}

/** How the two verdicts differ: undefined if they do not, or if a listed deviation says why. */
async function difference(text) {
  const theirs = oracle(text);
  const ours = await server(text);
  if (ours.broken) return { theirs, ours, why: `status ${ours.status}` };
  if (ours.valid === undefined || ours.valid === (theirs.length === 0)) return { ours, theirs };
  const deviation = DEVIATIONS.find((it) => it.explains(text, theirs, ours));
  return { theirs, ours, deviation, why: deviation ? undefined : 'the verdicts differ' };
}

/** The document of a number: every fourth as generated, the others changed up to three times. */
function document(number) {
  const random = source(seed * 1_000_003 + number);
  let text = generate(schema, random);
  const changes = [];
  for (let left = number % 4 === 0 ? 0 : 1 + random.below(number % 4); left > 0; left--) {
    const change = random.percent(TEXTUAL) ? 'text' : random.pick(CHANGE_NAMES);
    const changed = change === 'text' ? mutateText(text, random) : mutateTree(text, change, random, schema);
    if (changed === undefined) continue;
    text = changed;
    changes.push(change);
  }
  return { text, changes };
}

const counts = { valid: 0, invalid: 0, refused: 0 };
const explained = new Map();
for (let number = from; number < from + wanted; number++) {
  const { text, changes } = document(number);
  const found = await difference(text);
  if (found.ours.valid === undefined) counts.refused += 1;
  else if (found.theirs.length) counts.invalid += 1;
  else counts.valid += 1;
  if (found.deviation) explained.set(found.deviation.name, (explained.get(found.deviation.name) ?? 0) + 1);
  if (!found.why) {
    passed += 1;
    continue;
  }
  if (failed < SHOWN) {
    const small = await shrink(text, async (smaller) => (await difference(smaller)).why === found.why);
    const { theirs, ours, why } = await difference(small);
    fail(`document ${number} of seed ${seed} (${changes.join(', ') || 'as generated'}): ${why}\n${small}\n  graphql: ${theirs[0] ?? 'valid'}\n  server:  ${ours.says[0] ?? 'valid'}`);
  } else failed += 1;
}

// Each listed deviation is still one, is in the page, and the page has no other.
const page = readFileSync(new URL('../../docs/conformance.md', import.meta.url), 'utf8');
const headings = [...page.matchAll(/^### `(.+)`$/gm)].map(([, name]) => name);
for (const { name, example } of DEVIATIONS) {
  const found = await difference(example);
  if (found.deviation?.name !== name) fail(`deviation ${name}: its example shows it no more; remove it`);
  else if (!headings.includes(name)) fail(`deviation ${name} is not in docs/conformance.md`);
  else passed += 1;
}
for (const heading of headings) {
  if (!DEVIATIONS.some((it) => it.name === heading)) fail(`docs/conformance.md lists ${heading}, which is no deviation`);
}
if (counts.refused > wanted / 100) fail(`${counts.refused} documents were refused by a limit: the generator is to keep within them`);
const fewest = wanted / 5;
if (wanted >= 100 && (counts.valid < fewest || counts.invalid < fewest)) fail('a fifth of the documents at least is to be valid, and a fifth invalid');

console.log(`seed ${seed}: ${counts.valid} valid, ${counts.invalid} invalid, ${counts.refused} refused by a limit`);
for (const [name, count] of explained) console.log(`  ${name}: ${count} documents`);
console.log(`${passed} passed, ${failed} failed`);
process.exit(failed ? 1 : 0);
