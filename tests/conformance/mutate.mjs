// What goes wrong in documents, one change at a time: in the tree (fields, arguments, values, types, fragments, variables,
// directives, operations) or in the text (tokens lost, doubled, swapped, misspelt).
import { Kind, Lexer, Source, TokenKind, isInputObjectType, parse, parseType, parseValue, print, visit } from 'graphql';

const name = (value) => ({ kind: Kind.NAME, value });
const literal = (text) => parseValue(text, { noLocation: true });
const VALUES = ['1', '-1', '2147483648', '99999999999', '0.5', '1e400', '"text"', '"ACTUAL"', '""', 'true', 'ACTUAL', 'ZH', 'ASC', 'Nope', 'null', '[]', '[1]', '["a"]', '[null]', '[[1]]', '{}', '{nope: 1}', '{name: ASC}', '{eq: "a"}', '{valid: "2024"}', '$nope', '$v1', '$v2', '[$v1]', '{name: $v1}', '{eq: $v2}'];
const TYPES = ['Int', 'Int!', 'String', 'String!', '[String]', '[String!]!', 'ID', 'ID!', '[ID!]!', 'Boolean', 'Boolean!', 'Float', 'AsOf', 'AsOf!', 'Lang', 'Lang!', 'PartialDate', 'Decimal', '[Status!]', '[Status]', 'CompanyWhere', '[CompanyOrderBy!]', 'CompanyOrderBy', 'Nope', '[Nope!]', 'Company', 'Entity', '__Type', '__TypeKind'];
const CONDITIONS = ['Company', 'Region', 'Entity', 'Organisation', 'Actor', 'Place', 'Query', 'Fact', 'PageInfo', 'Nope', 'String', 'Status', 'AsOf', '__Type', 'Person', 'Agency', 'Topic'];
const DIRECTIVES = ['@skip(if: true)', '@include(if: false)', '@skip', '@include(if: null)', '@include(if: "yes")', '@skip(if: $v1)', '@skip(if: $nope)', '@skip(unless: true)', '@skip(if: true, if: true)', '@skip(if: true) @skip(if: false)', '@skip(if: true) @include(if: true)', '@nope', '@nope(a: 1)', '@deprecated', '@oneOf', '@specifiedBy(url: "a")', '@defer', '@stream(initialCount: 1)'];
const directives = (text) => parse(`{ a ${text} }`, { noLocation: true }).definitions[0].selectionSet.selections[0].directives;
const selectionsOf = (text) => parse(text, { noLocation: true }).definitions[0].selectionSet.selections;

/** All nodes of these kinds, each with the list that holds it and the type of the selection set around it, if it has one. */
function nodes(tree, ...kinds) {
  const found = [];
  visit(tree, {
    enter(node, key, parent) {
      if (kinds.includes(node.kind)) found.push({ node, list: Array.isArray(parent) ? parent : undefined, parent, key });
    },
  });
  return found;
}

const remove = ({ node, list }) => list && list.splice(list.indexOf(node), 1);
const copy = (node) => structuredClone(node);
const fragmentNames = (tree) => [...tree.definitions.filter((it) => it.kind === Kind.FRAGMENT_DEFINITION).map((it) => it.name.value), 'Nope'];

/** Changes of the tree: each takes the tree (which it changes), a random source and the schema; false: nothing to change. */
const CHANGES = {
  dropField: (tree, random) => remove(random.pick(nodes(tree, Kind.FIELD, Kind.INLINE_FRAGMENT, Kind.FRAGMENT_SPREAD)) ?? {}),
  addField: (tree, random, schema) => {
    const set = random.pick(nodes(tree, Kind.SELECTION_SET))?.node;
    const type = random.pick(['Query', 'Company', 'Region', 'Fact', 'PageInfo', 'Entity']);
    const field = random.percent(20) ? 'nope' : random.pick(Object.keys(schema.getType(type).getFields()));
    set.selections.push(...selectionsOf(`{ ${field}${random.percent(30) ? ' { __typename }' : ''} }`));
  },
  renameField: (tree, random, schema) => {
    const field = random.pick(nodes(tree, Kind.FIELD))?.node;
    if (!field) return false;
    field.name = name(random.pick(['nope', 'id', 'name', 'totalCount', 'node', 'edges', '__typename', '__schema', ...Object.keys(schema.getType('Company').getFields())]));
  },
  copyFieldElsewhere: (tree, random) => {
    const field = random.pick(nodes(tree, Kind.FIELD, Kind.INLINE_FRAGMENT))?.node;
    const set = random.pick(nodes(tree, Kind.SELECTION_SET))?.node;
    if (!field || JSON.stringify(field).length > 3000) return false;
    set.selections.push(copy(field));
  },
  dropSet: (tree, random) => {
    const field = random.pick(nodes(tree, Kind.FIELD).filter((it) => it.node.selectionSet))?.node;
    if (!field) return false;
    field.selectionSet = undefined;
  },
  addSet: (tree, random) => {
    const field = random.pick(nodes(tree, Kind.FIELD).filter((it) => !it.node.selectionSet))?.node;
    if (!field) return false;
    field.selectionSet = { kind: Kind.SELECTION_SET, selections: selectionsOf(random.pick(['{ id }', '{ __typename }', '{ nope }'])) };
  },
  // Two fields under one key: of other name, with other arguments, with deeper differences, in fragments of other types.
  overlap: (tree, random) => {
    const at = random.pick(nodes(tree, Kind.FIELD).filter((it) => it.list));
    if (!at) return false;
    const key = (at.node.alias ?? at.node.name).value;
    let other = copy(at.node);
    const ways = [
      () => { other.alias = name(key); other.name = name(random.pick(['name', 'id', 'kind', 'degree', '__typename', 'asOfKey'])); other.arguments = []; other.selectionSet = undefined; },
      () => { other.arguments = []; },
      () => { other.arguments = [{ kind: Kind.ARGUMENT, name: name('first'), value: literal(random.pick(['1', '2'])) }]; },
      () => { other.arguments = [...other.arguments].reverse(); },
      () => {
        const inner = nodes(other, Kind.FIELD).filter((it) => it.node !== other);
        const field = random.pick(inner)?.node;
        if (field) { field.alias = name((field.alias ?? field.name).value); field.name = name(random.pick(['name', 'id', 'kind', 'totalCount', '__typename'])); }
      },
      () => {
        const sibling = random.pick(at.list.filter((it) => it.kind === Kind.FIELD && it !== at.node));
        if (sibling) { other = copy(sibling); other.alias = name(key); }
      },
    ];
    random.pick(ways)();
    const wraps = [
      (it) => it,
      (it) => inline(undefined, it),
      (it) => inline(random.pick(CONDITIONS), it),
    ];
    at.list.splice(random.below(at.list.length + 1), 0, random.pick(wraps)(other));
    if (random.percent(40)) at.list[at.list.indexOf(at.node)] = inline(random.pick(CONDITIONS), at.node);
  },
  dropArgument: (tree, random) => remove(random.pick(nodes(tree, Kind.ARGUMENT)) ?? {}),
  addArgument: (tree, random) => {
    const at = random.pick(nodes(tree, Kind.FIELD, Kind.DIRECTIVE))?.node;
    if (!at) return false;
    const arg = random.pick(['nope', 'id', 'ids', 'first', 'after', 'where', 'orderBy', 'asOf', 'lang', 'edge', 'status', 'if', 'name']);
    at.arguments = [...(at.arguments ?? []), { kind: Kind.ARGUMENT, name: name(arg), value: literal(random.pick(VALUES)) }];
  },
  renameArgument: (tree, random) => {
    const argument = random.pick(nodes(tree, Kind.ARGUMENT))?.node;
    if (!argument) return false;
    argument.name = name(random.pick(['nope', 'first', 'where', 'asOf', 'id', 'if']));
  },
  doubleArgument: (tree, random) => {
    const at = random.pick(nodes(tree, Kind.ARGUMENT));
    if (!at) return false;
    at.list.push(copy(at.node));
  },
  changeValue: (tree, random) => {
    const kinds = [Kind.INT, Kind.FLOAT, Kind.STRING, Kind.BOOLEAN, Kind.ENUM, Kind.NULL, Kind.LIST, Kind.OBJECT, Kind.VARIABLE];
    const at = random.pick(nodes(tree, ...kinds).filter((it) => it.parent.kind !== Kind.VARIABLE_DEFINITION || it.key === 'defaultValue'));
    if (!at) return false;
    const value = literal(random.pick(VALUES));
    const wrapped = { kind: Kind.LIST, values: [copy(at.node)] };
    at.parent[at.key] = random.percent(15) ? wrapped : value;
  },
  changeObject: (tree, random, schema) => {
    const object = random.pick(nodes(tree, Kind.OBJECT))?.node;
    if (!object) return false;
    const field = (key, text) => ({ kind: Kind.OBJECT_FIELD, name: name(key), value: literal(text) });
    const inputs = Object.values(schema.getTypeMap()).filter(isInputObjectType);
    const ways = [
      () => object.fields.pop(),
      () => object.fields.push(field('nope', random.pick(VALUES))),
      () => object.fields.push(field(random.pick(Object.keys(random.pick(inputs).getFields())), random.pick(VALUES))),
      () => object.fields.length && object.fields.push(copy(random.pick(object.fields))),
      () => object.fields.length && (random.pick(object.fields).name = name('nope')),
      () => object.fields.length && (random.pick(object.fields).value = literal(random.pick(VALUES))),
    ];
    random.pick(ways)();
  },
  // A one-of object with two fields, none, null, or a variable that may be null.
  changeOneOf: (tree, random) => {
    const at = random.pick(nodes(tree, Kind.ARGUMENT).filter((it) => it.node.name.value === 'orderBy'));
    const texts = ['{}', '[{}]', '{name: ASC, degree: DESC}', '[{name: ASC}, {name: null}]', '{name: null}', '{name: $v1}', '[{degree: $v2}]', '{name: ASC, nope: 1}', '{degree: DESC}', '[{name: ASC, degree: null}]', '[]', '[null]', '$v1'];
    const fields = nodes(tree, Kind.FIELD).map((it) => it.node).filter((it) => it.selectionSet && !it.name.value.startsWith('__'));
    const value = literal(random.pick(texts));
    if (at) at.node.value = value;
    else {
      const field = random.pick(fields);
      if (!field) return false;
      field.arguments = [...(field.arguments ?? []), { kind: Kind.ARGUMENT, name: name('orderBy'), value }];
    }
    if (random.percent(50)) declare(tree, random.pick(['v1', 'v2']), random.pick(['SortOrder', 'SortOrder!', '[CompanyOrderBy!]', 'CompanyOrderBy!']));
  },
  dropVariable: (tree, random) => remove(random.pick(nodes(tree, Kind.VARIABLE_DEFINITION)) ?? {}),
  addVariable: (tree, random) => declare(tree, random.pick(['unused', 'v1', 'v2']), random.pick(TYPES), random.percent(40) ? random.pick(VALUES) : undefined),
  doubleVariable: (tree, random) => {
    const at = random.pick(nodes(tree, Kind.VARIABLE_DEFINITION));
    if (!at) return false;
    at.list.push(copy(at.node));
  },
  changeVariable: (tree, random) => {
    const variable = random.pick(nodes(tree, Kind.VARIABLE_DEFINITION))?.node;
    if (!variable) return false;
    const ways = [
      () => (variable.type = parseType(random.pick(TYPES), { noLocation: true })),
      () => (variable.type = variable.type.kind === Kind.NON_NULL_TYPE ? variable.type.type : { kind: Kind.NON_NULL_TYPE, type: variable.type }),
      () => (variable.type = { kind: Kind.LIST_TYPE, type: variable.type }),
      () => (variable.defaultValue = literal(random.pick(VALUES))),
      () => (variable.defaultValue = undefined),
    ];
    random.pick(ways)();
  },
  dropFragment: (tree, random) => remove(random.pick(nodes(tree, Kind.FRAGMENT_DEFINITION)) ?? {}),
  addFragment: (tree, random) => {
    const own = random.pick([...fragmentNames(tree), 'Unused']);
    const spread = random.percent(20) ? `...${random.pick(fragmentNames(tree))}` : '';
    tree.definitions.push(parse(`fragment ${own} on ${random.pick(CONDITIONS)} { __typename ${spread} }`, { noLocation: true }).definitions[0]);
  },
  changeFragment: (tree, random) => {
    const fragment = random.pick(nodes(tree, Kind.FRAGMENT_DEFINITION, Kind.INLINE_FRAGMENT))?.node;
    if (!fragment) return false;
    fragment.typeCondition = { kind: Kind.NAMED_TYPE, name: name(random.pick(CONDITIONS)) };
  },
  addSpread: (tree, random) => {
    const set = random.pick(nodes(tree, Kind.SELECTION_SET))?.node;
    set?.selections.push({ kind: Kind.FRAGMENT_SPREAD, name: name(random.pick(fragmentNames(tree))), directives: [] });
  },
  wrapInline: (tree, random) => {
    const at = random.pick(nodes(tree, Kind.FIELD).filter((it) => it.list));
    if (!at) return false;
    at.list[at.list.indexOf(at.node)] = inline(random.pick([undefined, ...CONDITIONS]), at.node);
  },
  addDirective: (tree, random) => {
    const kinds = [Kind.FIELD, Kind.INLINE_FRAGMENT, Kind.FRAGMENT_SPREAD, Kind.FRAGMENT_DEFINITION, Kind.OPERATION_DEFINITION, Kind.VARIABLE_DEFINITION];
    const at = random.pick(nodes(tree, ...kinds))?.node;
    at.directives = [...(at.directives ?? []), ...directives(random.pick(DIRECTIVES)).map(copy)];
  },
  dropDirective: (tree, random) => remove(random.pick(nodes(tree, Kind.DIRECTIVE)) ?? {}),
  changeOperation: (tree, random) => {
    const operation = random.pick(nodes(tree, Kind.OPERATION_DEFINITION))?.node;
    if (!operation) return false;
    const ways = [
      () => (operation.operation = random.pick(['mutation', 'subscription'])),
      () => (operation.name = random.percent(50) ? undefined : name(random.pick(['One', 'Two', 'Only']))),
      () => tree.definitions.push(copy(operation)),
      () => tree.definitions.push({ ...copy(operation), name: name('Another') }),
      () => remove({ node: operation, list: tree.definitions }),
      () => (operation.name = undefined),
    ];
    random.pick(ways)();
  },
  addDefinition: (tree, random) => {
    const texts = ['type Extra { a: Int }', 'extend type Query { a: Int }', 'scalar Extra', 'schema { query: Query }', 'directive @nope on FIELD', 'enum Extra { A }', 'input Extra { a: Int }', 'extend schema @nope'];
    tree.definitions.push(...parse(random.pick(texts), { noLocation: true }).definitions);
  },
};

function inline(on, ...selections) {
  return {
    kind: Kind.INLINE_FRAGMENT,
    typeCondition: on && { kind: Kind.NAMED_TYPE, name: name(on) },
    directives: [],
    selectionSet: { kind: Kind.SELECTION_SET, selections },
  };
}

/** Declares a variable in the first operation, whether it is used or not. */
function declare(tree, variable, type, value) {
  const operation = tree.definitions.find((it) => it.kind === Kind.OPERATION_DEFINITION);
  if (!operation) return false;
  const constant = value && !value.includes('$') ? ` = ${value}` : '';
  const declared = parse(`query ($${variable}: ${type}${constant}) { a }`, { noLocation: true }).definitions[0].variableDefinitions;
  operation.variableDefinitions = [...(operation.variableDefinitions ?? []), ...declared];
}

const LEXEMES = ['{', '}', '(', ')', '[', ']', ':', '!', '=', '|', '&', '$', '@', '...', '..', '.', ',', '\uFEFF', '#x\n', 'on', 'fragment', 'query', 'true', 'null', '中', '%', '\\', "'", '0', '01', '-0', '-', '1.', '.5', '0x1F', '1e', '1_000', '1a', '1.5.6', '"', '"a', '"a\nb"', '"""', '"""a"""', '"\\u{1F600}"', '"\\uD83D\\uDE00"', '"\\uD83D"', '"\\u{110000}"', '"\\x"', '"\\u12"', '"\\u{}"', '"\t"', '"\u0007"', '"\u{1F600}"', '\u0000', '\u00a0', 'é', '__a', '_', '$$', '@@'];

/** The tokens of a text with the text between them, or undefined when it has a wrong one. */
function tokens(text) {
  const found = [];
  try {
    const lexer = new Lexer(new Source(text));
    for (let token = lexer.advance(); token.kind !== TokenKind.EOF; token = lexer.advance()) found.push(text.slice(token.start, token.end));
    return found;
  } catch {
    return undefined;
  }
}

/** A change of the text: tokens lost, doubled, swapped, replaced, put in. */
export function mutateText(text, random) {
  const all = tokens(text);
  if (!all?.length) return text + random.pick(LEXEMES);
  const at = random.below(all.length);
  const ways = [
    () => all.splice(at, 1),
    () => all.splice(at, 0, all[at]),
    () => ([all[at], all[at - 1]] = [all[Math.max(0, at - 1)], all[at]]),
    () => (all[at] = random.pick(LEXEMES)),
    () => all.splice(at, 0, random.pick(LEXEMES)),
    () => {
      const strings = all.map((token, position) => [token, position]).filter(([token]) => /^["0-9-]/.test(token));
      if (strings.length) all[random.pick(strings)[1]] = random.pick(LEXEMES.filter((it) => /^["0-9.-]/.test(it)));
    },
  ];
  random.pick(ways)();
  return all.filter((token) => token !== undefined).join(random.percent(90) ? ' ' : '\n');
}

/** The names of the changes of the tree. */
export const CHANGE_NAMES = Object.keys(CHANGES);

/** The text with one change of its tree, or undefined if it cannot be changed so (or is not GraphQL). */
export function mutateTree(text, change, random, schema) {
  let tree;
  try {
    tree = structuredClone(JSON.parse(JSON.stringify(parse(text, { noLocation: true }))));
  } catch {
    return undefined;
  }
  if (CHANGES[change](tree, random, schema) === false) return undefined;
  return tree.definitions.length ? print(tree) : undefined;
}
