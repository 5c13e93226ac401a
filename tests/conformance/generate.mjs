// Documents from the schema: fields with arguments, variables, fragments, directives, introspection. Most are valid.
// They stay within the server's limits (depth, aliases, nesting), which are no part of validation.
import {
  getNamedType,
  getNullableType,
  isAbstractType,
  isCompositeType,
  isEnumType,
  isInputObjectType,
  isListType,
  isNonNullType,
  isRequiredArgument,
  isRequiredInputField,
  parseType,
  typeFromAST,
} from 'graphql';

const DEEPEST = 5;
const MOST_ALIASES = 12;
const WORDS = ['""', '"company:weigao"', '"2024-06"', '"威高"', '"a\\n\\"b\\""', '"""\n  block "quoted"\n  """', '"\\u4e2d"'];
const IDS = ['"company:weigao"', '"region:weihai"', '7', '"nobody"'];
const DATES = ['"2024"', '"2024-06"', '"2024-06-18"'];
const INTEGERS = ['0', '1', '5', '100', '-3', '2147483647'];
const NUMBERS = ['1', '0.5', '-2.25', '1e3', '697.1'];

/** The text of a document with one or two operations. */
export function generate(schema, random) {
  const state = { schema, random, fragments: new Map(), variables: new Map(), aliases: 0 };
  const names = random.percent(15) ? ['One', 'Two'] : [random.percent(30) ? '' : 'Only'];
  const bodies = names.map((name) => ({ name, set: selections(state, schema.getQueryType(), 0) }));
  const operations = bodies.map(({ name, set }) => {
    const used = variablesOf(state, set);
    const declared = used.map((variable) => state.variables.get(variable).declaration);
    if (!name && !declared.length && random.percent(50)) return set;
    const head = declared.length ? `(${declared.join(', ')})` : '';
    return `query ${name}${head} ${set}`;
  });
  const fragments = [...state.fragments.values()].map((it) => `fragment ${it.name} on ${it.on} ${it.set}`);
  const definitions = random.percent(50) ? [...operations, ...fragments] : [...fragments, ...operations];
  return definitions.join('\n');
}

/** The variables that a set uses, through its fragments too. */
function variablesOf(state, set) {
  const seen = new Set();
  const waiting = [set];
  const used = new Set();
  while (waiting.length) {
    const text = waiting.pop();
    for (const [, name] of text.matchAll(/\$(\w+)/g)) used.add(name);
    for (const [, name] of text.matchAll(/\.\.\.(F\d+)/g)) {
      if (!seen.has(name)) waiting.push(state.fragments.get(name).set);
      seen.add(name);
    }
  }
  return [...used].filter((name) => state.variables.has(name));
}

function selections(state, type, depth) {
  const { random, schema } = state;
  const fields = Object.values(type.getFields());
  const simple = fields.filter((field) => !isCompositeType(getNamedType(field.type)));
  const out = [];
  for (let count = 1 + random.below(depth < 2 ? 3 : 2); count > 0; count--) {
    const field = depth >= DEEPEST || random.percent(40) ? random.pick(simple) : random.pick(fields);
    if (field) out.push(selection(state, field, depth));
  }
  if (random.percent(15) || !out.length) out.push(alias(state, 20) + '__typename' + conditions(state));
  if (depth === 0 && random.percent(8)) out.push(introspection(state));
  if (depth > 0 && depth < DEEPEST && random.percent(25)) {
    const inner = isAbstractType(type) && random.percent(80) ? random.pick(schema.getPossibleTypes(type)) : type;
    const on = inner === type && random.percent(50) ? '' : ` on ${inner.name}`;
    out.push(`...${on}${conditions(state)} ${selections(state, inner, depth + 1)}`);
  }
  if (depth > 0 && depth < DEEPEST && random.percent(15)) out.push(`...${fragment(state, type, depth)}${conditions(state)}`);
  return `{ ${out.join(random.pick([' ', ', ', '\n']))} }`;
}

/** A fragment of the type, of an interface of it, or one that was made before. */
function fragment(state, type, depth) {
  const { random, schema } = state;
  const ons = [type, ...(type.getInterfaces?.() ?? [])];
  if (isAbstractType(type)) ons.push(random.pick(schema.getPossibleTypes(type)));
  const on = random.pick(ons);
  const known = [...state.fragments.values()].filter((it) => it.on === on.name && it.whole && it.depth >= depth);
  if (known.length && random.percent(60)) return random.pick(known).name;
  const it = { name: `F${state.fragments.size + 1}`, on: on.name, depth, whole: false, set: '{ __typename }' };
  state.fragments.set(it.name, it);
  it.set = selections(state, on, depth + 1);
  it.whole = true;
  return it.name;
}

function selection(state, field, depth) {
  const args = argumentsOf(state, field.args, depth);
  const type = getNamedType(field.type);
  const set = isCompositeType(type) ? ` ${selections(state, type, depth + 1)}` : '';
  return `${alias(state, args ? 40 : 5)}${field.name}${args}${conditions(state)}${set}`;
}

function alias(state, percent) {
  if (state.aliases >= MOST_ALIASES || !state.random.percent(percent)) return '';
  state.aliases += 1;
  return `a${state.aliases}: `;
}

function introspection(state) {
  return state.random.pick([
    '__schema { queryType { name } }',
    '__type(name: "Company") { name kind fields(includeDeprecated: true) { name type { name ofType { name } } } }',
    'types: __schema { types { ...on __Type { name description } } directives { name locations args { name } } }',
    `__type(name: ${state.random.pick(['"Entity"', '"Nothing"'])}) { possibleTypes { name } isOneOf }`,
  ]);
}

function conditions(state) {
  const { random } = state;
  if (!random.percent(4)) return '';
  const value = random.percent(50) ? random.pick(['true', 'false']) : variable(state, 'Boolean!');
  return ` @${random.pick(['skip', 'include'])}(if: ${value})`;
}

function argumentsOf(state, args, depth) {
  const { random } = state;
  const given = args.filter((arg) => isRequiredArgument(arg) || random.percent(depth < 2 ? 25 : 10));
  return given.length ? `(${given.map((arg) => `${arg.name}: ${value(state, arg.type, 0)}`).join(', ')})` : '';
}

/** A literal of the type, or a variable. */
function value(state, type, depth) {
  const { random } = state;
  if (random.percent(10)) return variable(state, String(random.percent(30) ? type : isNonNullType(type) ? type : `${type}!`));
  return literal(state, type, depth);
}

/** A literal of the type; with variables in it unless the state forbids them. */
export function literal(state, type, depth) {
  const { random } = state;
  const item = (inner) => (state.constant ? literal(state, inner, depth + 1) : value(state, inner, depth + 1));
  if (!isNonNullType(type) && random.percent(4)) return 'null';
  const nullable = getNullableType(type);
  if (isListType(nullable)) {
    if (random.percent(15)) return item(nullable.ofType);
    return `[${Array.from({ length: random.below(3) }, () => item(nullable.ofType)).join(random.pick([' ', ', ']))}]`;
  }
  if (isEnumType(nullable)) return random.pick(nullable.getValues()).name;
  if (isInputObjectType(nullable)) {
    const fields = Object.values(nullable.getFields());
    if (nullable.isOneOf) {
      const one = random.pick(fields);
      return `{${one.name}: ${state.constant ? constantOf(state, one.type, depth) : oneOfValue(state, one.type, depth)}}`;
    }
    const given = fields.filter((field) => isRequiredInputField(field) || (depth < 4 && random.percent(200 / fields.length)));
    return `{${given.map((field) => `${field.name}: ${item(field.type)}`).join(', ')}}`;
  }
  switch (nullable.name) {
    case 'Int': return random.pick(INTEGERS);
    case 'Float': return random.pick(NUMBERS);
    case 'Boolean': return random.pick(['true', 'false']);
    case 'ID': return random.pick(IDS);
    case 'PartialDate': return random.pick(DATES);
    case 'Decimal': return random.pick([...NUMBERS, '"0.0001"']);
    default: return random.pick(WORDS);
  }
}

/** A value that is not null: what the one field of a one-of object must have. */
function oneOfValue(state, type, depth) {
  if (state.random.percent(10)) return variable(state, `${getNullableType(type)}!`);
  return constantOf(state, type, depth);
}

function constantOf(state, type, depth) {
  for (;;) {
    const text = literal(state, type, depth + 1);
    if (text !== 'null') return text;
  }
}

/** `$name` of a variable of the type: one that there is, or a new one. */
function variable(state, type) {
  const known = [...state.variables.values()].filter((it) => it.type === type);
  if (known.length && state.random.percent(60)) return `$${state.random.pick(known).name}`;
  const name = `v${state.variables.size + 1}`;
  const constant = { schema: state.schema, random: state.random, constant: true };
  const fallback = () => ` = ${literal(constant, typeFromAST(state.schema, parseType(type)), 2)}`;
  const it = { name, type, declaration: `$${name}: ${type}${state.random.percent(25) ? fallback() : ''}` };
  state.variables.set(name, it);
  return `$${name}`;
}
