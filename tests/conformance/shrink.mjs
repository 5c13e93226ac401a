// Makes a document that shows a difference smaller, as long as it still shows it.
import { parse, print, visit } from 'graphql';

const MOST_TRIES = 300;

/** The smallest document found for which `still` (asynchronous) holds. A text that is not GraphQL is returned as it is. */
export async function shrink(text, still) {
  let tree;
  try {
    tree = parse(text, { noLocation: true });
  } catch {
    return text;
  }
  let smallest = text;
  for (let at = 0, tries = 0; tries < MOST_TRIES; tries++) {
    const smaller = without(tree, at);
    if (!smaller) break;
    const printed = smaller.definitions.length ? print(smaller) : '';
    let reparsed;
    try {
      reparsed = parse(printed, { noLocation: true });
    } catch {
      reparsed = undefined;
    }
    if (reparsed && (await still(printed))) {
      tree = reparsed;
      smallest = printed;
    } else at += 1;
  }
  return smallest;
}

/** The tree without its node of a number, counting those that stand in lists, from the outside in. */
function without(tree, number) {
  let seen = -1;
  const removed = visit(tree, {
    enter(_, key, parent) {
      if (!Array.isArray(parent)) return undefined;
      seen += 1;
      return seen === number ? null : undefined;
    },
  });
  return seen >= number ? removed : undefined;
}
