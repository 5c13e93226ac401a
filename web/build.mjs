// Builds dist/ from src/ and the packages of package-lock.json: node build.mjs
// With --check it builds beside and fails if dist/ is not what it would be.
import { build } from 'esbuild';
import { mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const here = dirname(fileURLToPath(import.meta.url));
const committed = join(here, 'dist');
const check = process.argv.includes('--check');
const out = check ? mkdtempSync(join(tmpdir(), 'dist-')) : committed;

/** Takes fonts out of style sheets: the page uses those of the reader's system, so that none is embedded or fetched. */
const noFonts = {
  name: 'no-fonts',
  setup(builder) {
    builder.onLoad({ filter: /\.css$/ }, ({ path }) => {
      const text = readFileSync(path, 'utf8').replace(/@font-face\s*\{[^}]*\}/g, '');
      return { contents: text, loader: 'css' };
    });
  },
};

rmSync(out, { recursive: true, force: true });
mkdirSync(out, { recursive: true });
const result = await build({
  absWorkingDir: here,
  entryPoints: { graphiql: 'src/main.js' },
  entryNames: '[name]-[hash]',
  outdir: out,
  bundle: true,
  minify: true,
  format: 'esm',
  target: 'es2022',
  charset: 'utf8',
  legalComments: 'none',
  define: { 'process.env.NODE_ENV': '"production"' },
  loader: { '.graphql': 'text' },
  alias: { 'react-style-singleton': './src/style-tag.js' },
  plugins: [noFonts],
  metafile: true,
  logLevel: 'warning',
});

const built = Object.keys(result.metafile.outputs).map((path) => basename(path));
const named = (end) => built.find((name) => name.endsWith(end));
const page = readFileSync(join(here, 'src/index.html'), 'utf8');
writeFileSync(join(out, 'index.html'), page.replace('{{js}}', named('.js')).replace('{{css}}', named('.css')));
writeFileSync(join(out, 'icon.svg'), readFileSync(join(here, 'src/icon.svg')));
writeFileSync(join(out, 'notices.txt'), notices(Object.keys(result.metafile.inputs)));

/** What is bundled, and under which licence: the text that each package carries. */
function notices(inputs) {
  const found = new Set();
  for (const input of inputs) {
    const at = input.lastIndexOf('node_modules/');
    if (at >= 0) {
      const rest = input.slice(at + 'node_modules/'.length).split('/');
      found.add(input.slice(0, at) + 'node_modules/' + rest.slice(0, rest[0].startsWith('@') ? 2 : 1).join('/'));
    }
  }
  const parts = [...found].sort().map((path) => {
    const folder = join(here, path);
    const { name, version, license } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
    const files = readdirSync(folder).filter((file) => /^(licen[cs]e|copying|notice)/i.test(file)).sort();
    const texts = files.map((file) => readFileSync(join(folder, file), 'utf8').trim().replace(/\r\n/g, '\n'));
    if (texts.length === 0 && license === 'MIT') {
      texts.push(`Copyright (c) the authors of ${name}\n\n${readFileSync(join(here, 'src/mit.txt'), 'utf8').trim()}`);
    }
    if (texts.length === 0) throw new Error(`${name} carries no text of its licence, ${license}: add it to notices()`);
    // Names stay, addresses to write to do not.
    const text = texts.join('\n\n').replace(/\s*[<(][^\s<>()@]+@[^\s<>()]+[>)]/g, '');
    return `${name} ${version} (${license})\n\n${text}\n`;
  });
  return `The page at / contains the following packages.\n\n${parts.join(`\n${'-'.repeat(80)}\n\n`)}`;
}

if (check) {
  const listed = (folder) => readdirSync(folder).sort();
  const same =
    listed(out).join() === listed(committed).join() &&
    listed(out).every((name) => readFileSync(join(out, name)).equals(readFileSync(join(committed, name))));
  rmSync(out, { recursive: true });
  if (!same) {
    console.error('web/dist is not what web/src and web/package-lock.json give: run npm ci && npm run build in web/');
    process.exit(1);
  }
  console.log('web/dist is what its sources give');
}
