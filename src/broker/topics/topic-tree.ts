import { matchesFilter } from './topic-filter.ts';

/** The filters that start with the same levels. */
interface Node<Key, Value> {
  /** By the next level; undefined if there is none, as at the end of most filters. */
  children: Map<string, Node<Key, Value>> | undefined;
  /** Of the filter that ends here. */
  values: Map<Key, Value> | undefined;
}

const emptyNode = <Key, Value>(): Node<Key, Value> => ({ children: undefined, values: undefined });

/** How many topics' results are remembered, and how many values in total, of 8 bytes each. */
const mostRemembered = { topics: 1000, values: 200_000 };

/**
 * Values under topic filters, and which of them a topic matches (MQTT 3.1.1, section 4.7). Few
 * topics are published often, so results are remembered until the filters change, up to a limit:
 * clients can invent any number of topics.
 */
export class TopicTree<Key, Value> {
  /** The number of values. */
  count = 0;
  readonly #root = emptyNode<Key, Value>();
  readonly #remembered = new Map<string, readonly Value[]>();
  #rememberedValues = 0;

  /** Puts a value under a filter, replacing the one with the same key. */
  set(filter: string, key: Key, value: Value): void {
    let node = this.#root;
    for (const level of filter.split('/')) {
      node.children ??= new Map();
      let child = node.children.get(level);
      if (!child) {
        child = emptyNode();
        node.children.set(level, child);
      }
      node = child;
    }
    node.values ??= new Map();
    if (!node.values.has(key)) this.count += 1;
    node.values.set(key, value);
    this.#forget();
  }

  delete(filter: string, key: Key): void {
    const levels = filter.split('/');
    const path = [this.#root];
    let node = this.#root;
    for (const level of levels) {
      const child = node.children?.get(level);
      if (!child) return;
      path.push(child);
      node = child;
    }
    if (!node.values?.delete(key)) return;
    this.count -= 1;
    if (node.values.size === 0) node.values = undefined;
    for (let depth = levels.length; depth > 0; depth -= 1) {
      const { children, values } = path[depth] as Node<Key, Value>;
      if (values || children) break;
      const parent = path[depth - 1] as Node<Key, Value>;
      parent.children?.delete(levels[depth - 1] as string);
      if (parent.children?.size === 0) parent.children = undefined;
    }
    this.#forget();
  }

  /** The values of every matching filter, one for each filter. */
  match(topic: string): readonly Value[] {
    const remembered = this.#remembered.get(topic);
    if (remembered) return remembered;
    const found: Value[] = [];
    walkFilters(topic, this.#root, childOf, (node) => {
      if (node.values) for (const value of node.values.values()) found.push(value);
    });
    const isFull = this.#rememberedValues + found.length > mostRemembered.values;
    if (isFull || this.#remembered.size >= mostRemembered.topics) this.#forget();
    this.#remembered.set(topic, found);
    this.#rememberedValues += found.length;
    return found;
  }

  #forget(): void {
    if (this.#remembered.size === 0) return;
    this.#remembered.clear();
    this.#rememberedValues = 0;
  }
}

function childOf<Key, Value>(node: Node<Key, Value>, level: string) {
  return node.children?.get(level);
}

/**
 * Follows all filters that match a topic, level by level.
 * @param next the place one level further in a filter; undefined if no filter continues that way
 * @param visit called with each place where a matching filter may end
 */
export function walkFilters<Place>(
  topic: string,
  start: Place,
  next: (place: Place, level: string) => Place | undefined,
  visit: (place: Place) => void,
): void {
  const levels = topic.split('/');
  const walk = (place: Place, depth: number): void => {
    // Wildcards at the start do not match the server's own topics (section 4.7.2).
    const wildcards = depth > 0 || !topic.startsWith('$');
    const rest = wildcards ? next(place, '#') : undefined;
    if (rest !== undefined) visit(rest);
    const level = levels[depth];
    if (level === undefined) {
      visit(place);
      return;
    }
    const any = wildcards ? next(place, '+') : undefined;
    if (any !== undefined) walk(any, depth + 1);
    const same = next(place, level);
    if (same !== undefined) walk(same, depth + 1);
  };
  walk(start, 0);
}

/** Up to this many levels, the filters that could match are fewer than a client may have. */
const mostLevelsToTry = 6;

/**
 * Which of a client's filters match a topic, without checking each: a client may have thousands,
 * and messages arrive often.
 * @param filters a property for each filter
 */
export function matchingFilters(
  filters: Readonly<Record<string, unknown>>,
  topic: string,
): string[] {
  if (topic.split('/').length > mostLevelsToTry) {
    return Object.keys(filters).filter((filter) => matchesFilter(filter, topic));
  }
  const found: string[] = [];
  // A place is the start of a filter.
  const next = (begin: string | undefined, level: string) =>
    begin === undefined ? level : `${begin}/${level}`;
  walkFilters<string | undefined>(topic, undefined, next, (filter) => {
    if (filter !== undefined && Object.hasOwn(filters, filter)) found.push(filter);
  });
  return found;
}
