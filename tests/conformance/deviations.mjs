// Where the server and `graphql` differ on purpose. docs/conformance.md says why, under the same names.
// `explains` is as narrow as it can be; `example` is a document that shows the deviation.
import { Kind, parse } from 'graphql';

/** The deviations. */
export const DEVIATIONS = [
  {
    name: 'mutation and subscription',
    example: 'mutation { anything }',
    // `graphql` checks nothing below a root type that the schema lacks; each document of this kind is invalid here.
    explains: (text, theirs, ours) =>
      theirs.length === 0 && !ours.valid && parse(text).definitions.some((it) => it.kind === Kind.OPERATION_DEFINITION && it.operation !== 'query'),
  },
  {
    name: 'a one-of object alone where a list is wanted',
    example: 'query ($order: SortOrder) { companies(orderBy: { name: $order }) { totalCount } }',
    // `graphql` looks for the one-of object in the type of the place, which is a list of it.
    explains: (_, theirs, ours) =>
      theirs.length === 0 && !ours.valid && ours.says.every((it) => it.endsWith('may be null, which the field of a one-of object must not be')),
  },
];
