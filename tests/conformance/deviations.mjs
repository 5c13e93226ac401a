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
];
