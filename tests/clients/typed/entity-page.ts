// A front end's page of an entity: its own fields by kind, its neighbours a page at a time.
import type { ResultOf } from '@graphql-typed-document-node/core';
import { graphql } from './gql';

export const entityPage = graphql(`
  query EntityPage($id: ID!, $asOf: AsOf, $after: String) {
    node(id: $id, asOf: $asOf) {
      __typename
      id
      asOfKey
      name
      english: name(lang: EN)
      ... on Company { foundedOn }
      ... on Organisation { degree }
      related(first: 20, after: $after, status: [ACTUAL, UNDER_WAY]) {
        totalCount
        pageInfo { hasNextPage endCursor }
        edges { cursor label direction node { __typename id asOfKey name } }
      }
    }
  }
`);

/** The title of a page, and where the next one begins. */
export function title(page: ResultOf<typeof entityPage>): { text: string; next: string | null } {
  const entity = page.node;
  if (!entity) return { text: '', next: null };
  const founded = entity.__typename === 'Company' && entity.foundedOn ? `, ${entity.foundedOn}` : '';
  const { hasNextPage, endCursor } = entity.related.pageInfo;
  return { text: `${entity.name} · ${entity.english}${founded}`, next: hasNextPage ? (endCursor ?? null) : null };
}
