// The page at /: GraphiQL over this server's /graphql, with examples.
import { createElement as h, useEffect, useState } from 'react';
import { createRoot } from 'react-dom/client';
import { GraphiQL, GraphiQLInterface, GraphiQLProvider } from 'graphiql';
import { useEditorContext } from '@graphiql/react';
import { parse } from 'graphql';
import { DOC_EXPLORER_PLUGIN, DocExplorerContextProvider } from '@graphiql/plugin-doc-explorer';
import { HISTORY_PLUGIN, HistoryContextProvider } from '@graphiql/plugin-history';
import 'graphiql/style.css';
import './style.css';
import { GROUPS } from './examples.js';

// Beside the page, so that a server behind a path of a proxy works too.
const ENDPOINT = new URL('graphql', document.baseURI);

/** The name of the operation to run: none when the document has no such operation. The editor reads the names of a document a moment
 * after it has come, so that a tab that was just opened would otherwise be run by a name of the tab before. */
function operationName({ query, operationName }) {
  try {
    const names = parse(query).definitions.map(({ name }) => name?.value);
    return names.includes(operationName) ? operationName : undefined;
  } catch {
    return operationName; // The server says what is wrong with the document, and where.
  }
}

async function fetcher(request, options) {
  const response = await fetch(ENDPOINT, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      accept: 'application/graphql-response+json, application/json;q=0.9',
      ...options?.headers,
    },
    body: JSON.stringify({ ...request, operationName: operationName(request) }),
  });
  return response.json();
}

function Examples() {
  const { addTab, changeTab, tabs, queryEditor, variableEditor, responseEditor } = useEditorContext({ nonNull: true });
  const open = (text) => {
    const known = tabs.findIndex((tab) => tab.query === text);
    if (known >= 0) {
      changeTab(known);
      return;
    }
    addTab();
    // The new tab fills the editors first.
    setTimeout(() => {
      queryEditor?.setValue(text);
      variableEditor?.setValue('');
      responseEditor?.setValue('');
      queryEditor?.focus();
    }, 0);
  };
  return h(
    'section',
    { className: 'examples', 'aria-label': '示例 · Examples' },
    h('div', { className: 'graphiql-doc-explorer-title' }, '示例 · Examples'),
    GROUPS.map(({ title, examples }) =>
      h(
        'div',
        { key: title },
        h('h3', null, title),
        examples.map(({ zh, en, text }) =>
          h('button', { key: en, type: 'button', onClick: () => open(text) }, zh, h('span', { lang: 'en' }, en)),
        ),
      ),
    ),
  );
}

function Icon() {
  const line = { fill: 'none', stroke: 'currentColor', strokeWidth: 1.5 };
  return h(
    'svg',
    { height: '1em', viewBox: '0 0 16 16' },
    h('path', { ...line, d: 'M2 3h12M2 8h12M2 13h7' }),
    h('path', { d: 'M11 10.5v5l4-2.5z', fill: 'currentColor' }),
  );
}

const EXAMPLES = { title: '示例 · Examples', icon: Icon, content: Examples };
const PLUGINS = [DOC_EXPLORER_PLUGIN, HISTORY_PLUGIN, EXAMPLES];

/** Shows what is in it once what is around it has told which pane is open: the interface takes that from its first look alone. */
function Afterwards({ children }) {
  const [isReady, setReady] = useState(false);
  useEffect(() => setReady(true), []);
  return isReady ? children : null;
}

const link = (href, text) => h('a', { key: href, href, target: '_blank', rel: 'noreferrer' }, text);

const logo = h(
  GraphiQL.Logo,
  null,
  '医疗器械产业知识图谱',
  h(
    'span',
    { className: 'logo-links' },
    link('schema.graphql', '模式 · schema'),
    link('graphiql/notices.txt', '许可 · licences'),
  ),
);

const settings = {
  fetcher,
  plugins: PLUGINS,
  referencePlugin: DOC_EXPLORER_PLUGIN,
  visiblePlugin: EXAMPLES,
  defaultTabs: GROUPS.map(({ examples }) => ({ query: examples[0].text })),
  defaultQuery: '',
};

createRoot(document.getElementById('page')).render(
  h(
    GraphiQLProvider,
    settings,
    h(
      HistoryContextProvider,
      null,
      h(
        DocExplorerContextProvider,
        null,
        h(Afterwards, null, h(GraphiQLInterface, { defaultEditorToolsVisibility: false }, logo)),
      ),
    ),
  ),
);
