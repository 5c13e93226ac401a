// Data journalism: what is stated about an entity, and who says so in which section, through a fragment of its own.
import { type FragmentType, graphql, useFragment } from './gql';

export const statement = graphql(`
  fragment Statement on Fact {
    id
    asOfKey
    text
    status
    since { text earliest }
    knownFrom
    sources { section document { id asOfKey name } }
  }
`);

export const factSources = graphql(`
  query FactSources($id: ID!, $known: PartialDate) {
    node(id: $id, asOf: { known: $known }) {
      id
      asOfKey
      facts(first: 50) { edges { node { id asOfKey ...Statement } } }
    }
  }
`);

/** A sentence with its sources. */
export function cite(masked: FragmentType<typeof statement>): string {
  const fact = useFragment(statement, masked);
  const sources = fact.sources.map(({ section, document }) => `${document.name} ${section}`);
  return `${fact.text} (${[fact.since?.text, fact.status, ...sources].filter(Boolean).join('; ')})`;
}
