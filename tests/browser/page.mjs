// Opens the page at / in headless Chromium, as each user would: node page.mjs http://127.0.0.1:8000 [folder for screenshots]
// Nothing but the server can be reached; an error in the console, or a request to anywhere else, is a failure.
import { chromium } from 'playwright-core';
import assert from 'node:assert/strict';

const [base, screenshots] = process.argv.slice(2);
if (!base) {
  console.error('usage: node page.mjs URL [folder for screenshots]');
  process.exit(2);
}
const origin = new URL(base).origin;
const PATIENCE = 30_000;

const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
  args: [
    '--no-sandbox',
    '--disable-gpu',
    '--disable-quic',
    '--no-first-run',
    '--disable-background-networking',
    '--disable-component-update',
    '--disable-sync',
    // No name is looked up, whatever asks for it.
    '--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1, EXCLUDE localhost',
  ],
});
let passed = 0;
let failed = 0;

/** One test on a page of its own, in a browser that was never there. */
async function test(name, run) {
  const context = await browser.newContext({ viewport: { width: 1440, height: 900 } });
  const wrong = [];
  await context.route('**', (route) => {
    if (new URL(route.request().url()).origin === origin) return route.continue();
    wrong.push(`a request to ${route.request().url()}`);
    return route.abort();
  });
  const page = await context.newPage();
  page.setDefaultTimeout(PATIENCE);
  page.on('console', (message) => {
    if (message.type() === 'error' || message.type() === 'warning') wrong.push(`console: ${message.text()}`);
  });
  page.on('pageerror', (error) => wrong.push(`uncaught: ${error.message}`));
  page.on('requestfailed', (request) => wrong.push(`failed: ${request.url()} ${request.failure()?.errorText}`));
  try {
    await page.goto(base);
    await run(page);
    if (screenshots) await page.screenshot({ path: `${screenshots}/${name.replace(/\W+/g, '-')}.png` });
    assert.deepEqual(wrong, []);
    passed += 1;
  } catch (error) {
    failed += 1;
    console.log(`${name}: ${error.message}`);
    wrong.forEach((line) => console.log(`  ${line}`));
    if (screenshots) await page.screenshot({ path: `${screenshots}/${name.replace(/\W+/g, '-')}.png` });
  }
  await context.close();
}

const responseText = (page) =>
  page.evaluate(() => document.querySelector('.graphiql-response .CodeMirror')?.CodeMirror.getValue() ?? '');

/** Runs what the editor holds and gives the answer. */
async function execute(page) {
  await page.getByRole('button', { name: /execute query/i }).click();
  await page.waitForFunction(
    () => document.querySelector('.graphiql-response .CodeMirror')?.CodeMirror.getValue().startsWith('{'),
    undefined,
    { timeout: PATIENCE },
  );
  const answer = JSON.parse(await responseText(page));
  assert.equal(answer.errors, undefined, JSON.stringify(answer.errors));
  return answer.data;
}

await test('the first example runs', async (page) => {
  assert.match(await page.title(), /医疗器械产业知识图谱 · Medical-device industry graph/);
  const data = await execute(page);
  assert.equal(data.company.name, '威高集团');
  assert.match(await page.locator('.graphiql-response').innerText(), /威高集团/);
});

await test('every example of the list opens and runs', async (page) => {
  const names = await page.locator('.examples button').allInnerTexts();
  assert.equal(names.length, 9);
  for (const [position, name] of names.entries()) {
    const editor = () =>
      page.evaluate(() => document.querySelector('.graphiql-query-editor .CodeMirror').CodeMirror.getValue());
    await page.locator('.examples button').nth(position).click();
    const title = name.split('\n')[0].trim();
    const started = Date.now();
    while (!(await editor()).startsWith(`# ${title}`)) {
      assert.ok(Date.now() - started < PATIENCE, `${title} does not open`);
      await page.waitForTimeout(50);
    }
    const data = await execute(page);
    for (const value of Object.values(data)) assert.ok(value, name);
  }
});

// The editor reads the names of a document's operations a moment after the document has come.
await test('a tab runs what it shows, from its first moment', async (page) => {
  await page.locator('.graphiql-tab-active', { hasText: 'Company' }).waitFor();
  await execute(page);
  await page.evaluate(async () => {
    const editor = document.querySelector('.graphiql-query-editor .CodeMirror').CodeMirror;
    const before = editor.getValue();
    document.querySelectorAll('button.graphiql-tab-button')[1].click();
    while (editor.getValue() === before) await new Promise((next) => setTimeout(next, 0));
    document.querySelector('button.graphiql-execute-button').click();
  });
  await page.waitForFunction(() =>
    document.querySelector('.graphiql-response .CodeMirror')?.CodeMirror.getValue().startsWith('{'),
  );
  const answer = JSON.parse(await responseText(page));
  assert.equal(answer.errors, undefined, JSON.stringify(answer.errors));
  assert.ok(answer.data.companies, 'another tab was run');
});

await test('a wrong field is marked before it is sent', async (page) => {
  await page.waitForSelector('.graphiql-query-editor .CodeMirror');
  // The schema has arrived once a right document has no mark.
  const marked = (text) =>
    page.evaluate((value) => {
      document.querySelector('.graphiql-query-editor .CodeMirror').CodeMirror.setValue(value);
    }, text);
  await marked('{ companies { totalCount nothing } }');
  await page.waitForSelector('.graphiql-query-editor .CodeMirror-lint-mark-error');
  await marked('{ companies { totalCount } }');
  await page.waitForSelector('.graphiql-query-editor .CodeMirror-lint-mark-error', { state: 'detached' });
  const data = await execute(page);
  assert.ok(data.companies.totalCount > 0);
});

await test('the documentation speaks Chinese first', async (page) => {
  await page.getByRole('button', { name: 'Show Documentation Explorer' }).click();
  await page.getByRole('link', { name: 'Query', exact: true }).click();
  await page.locator('.graphiql-doc-explorer-content').getByText('搜索').first().waitFor();
});

await test('its dialogs open', async (page) => {
  await page.getByRole('button', { name: 'Open settings dialog' }).click();
  await page.getByText('Clear storage').first().waitFor();
});

await browser.close();
console.log(`${passed} passed, ${failed} failed`);
process.exit(failed === 0 ? 0 : 1);
