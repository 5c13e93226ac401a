// Types for the documents in typed/, as a front end generates them.
import type { CodegenConfig } from '@graphql-codegen/cli';

const config: CodegenConfig = {
  schema: '../../schema/api.graphql',
  documents: 'typed/*.ts',
  generates: {
    'typed/gql/': {
      preset: 'client',
      config: {
        // A Decimal beyond 15 digits is a string; dates are text of one to three parts.
        scalars: { Decimal: 'number | string', PartialDate: 'string' },
        enumsAsTypes: true,
        useTypeImports: true,
      },
    },
  },
};

export default config;
