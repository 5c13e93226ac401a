// Investment promotion: companies by what they take part in, filtered and ordered by the user's choice.
import type { ResultOf, VariablesOf } from '@graphql-typed-document-node/core';
import { graphql } from './gql';

export const companyList = graphql(`
  query CompanyList($where: CompanyWhere, $orderBy: [CompanyOrderBy!], $first: Int!, $after: String) {
    companies(where: $where, orderBy: $orderBy, first: $first, after: $after) {
      totalCount
      pageInfo { hasNextPage endCursor }
      edges {
        node {
          id
          asOfKey
          name
          takesPartIn(first: 3, edge: { status: [ACTUAL] }) { edges { role node { __typename id asOfKey name } } }
        }
      }
    }
  }
`);

/** The variables for companies whose name holds a text, the best connected first. */
export const named = (text: string): VariablesOf<typeof companyList> => ({
  where: { name: { contains: text }, OR: [{ identified: { eq: true } }] },
  orderBy: [{ degree: 'DESC' }, { name: 'ASC' }],
  first: 20,
});

/** A row for each company: its name and what it takes part in, with its role. */
export const rows = (list: ResultOf<typeof companyList>): string[][] =>
  (list.companies?.edges ?? []).map(({ node }) => [node.name, ...node.takesPartIn.edges.map(({ role, node: other }) => `${role ?? ''} ${other.name}`)]);
