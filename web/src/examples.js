// Requests that run on the shipped graph, for the three users of the API. The first two lines of each are its title in Chinese and
// in English. A test of the server runs every file.
import frontEnd1 from './examples/front-end-1-company.graphql';
import frontEnd2 from './examples/front-end-2-search.graphql';
import frontEnd3 from './examples/front-end-3-pages.graphql';
import investment1 from './examples/investment-1-makers.graphql';
import investment2 from './examples/investment-2-rewards.graphql';
import investment3 from './examples/investment-3-courted.graphql';
import journalist1 from './examples/journalist-1-then-and-now.graphql';
import journalist2 from './examples/journalist-2-figures.graphql';
import journalist3 from './examples/journalist-3-cross-city.graphql';

function example(text) {
  const [zh, en] = text.split('\n', 2).map((line) => line.replace(/^# /, ''));
  return { zh, en, text };
}

export const GROUPS = [
  { title: '前端 · Front end', examples: [frontEnd1, frontEnd2, frontEnd3].map(example) },
  { title: '招商 · Investment promotion', examples: [investment1, investment2, investment3].map(example) },
  { title: '记者 · Journalist', examples: [journalist1, journalist2, journalist3].map(example) },
];
