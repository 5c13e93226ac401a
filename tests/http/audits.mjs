// Runs every audit of `graphql-http` against a server: node audits.mjs http://127.0.0.1:8000/graphql
// All must pass, the optional ones too; their number is held so that none gets lost with an update.
import { serverAudits } from 'graphql-http';

const EXPECTED = 61;
const url = process.argv[2];
if (!url) {
  console.error('usage: node audits.mjs URL');
  process.exit(2);
}

let passed = 0;
let failed = 0;
for (const audit of serverAudits({ url, fetchFn: fetch })) {
  const result = await audit.fn();
  if (result.status === 'ok') {
    passed += 1;
  } else {
    failed += 1;
    console.log(`${result.status} ${result.id} ${result.name}: ${result.reason}`);
  }
}
console.log(`${passed} passed, ${failed} failed`);
if (passed !== EXPECTED) {
  console.log(`${EXPECTED} were to pass`);
  process.exit(1);
}
