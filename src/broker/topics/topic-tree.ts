interface Node<Value> {
  readonly children: Map<string, Node<Value>>;
  readonly values: Set<Value>;
}

const emptyNode = <Value>(): Node<Value> => ({ children: new Map(), values: new Set() });

/** How many topics' results are remembered; topics that clients invent must not fill the memory. */
const mostRemembered = 1000;

/**
 * Values under topic filters, and which of them a topic matches (MQTT 3.1.1, section 4.7). Few
 * topics are published often, so results are remembered until a filter comes or goes.
 */
export class TopicTree<Value> {
  #root = emptyNode<Value>();
  readonly #remembered = new Map<string, readonly Value[]>();

  add(filter: string, value: Value): void {
    let node = this.#root;
    for (const level of filter.split('/')) {
      let child = node.children.get(level);
      if (!child) {
        child = emptyNode();
        node.children.set(level, child);
      }
      node = child;
    }
    node.values.add(value);
    this.#remembered.clear();
  }

  remove(filter: string, value: Value): void {
    const path: (readonly [Node<Value>, string])[] = [];
    let node = this.#root;
    for (const level of filter.split('/')) {
      const child = node.children.get(level);
      if (!child) return;
      path.push([node, level]);
      node = child;
    }
    node.values.delete(value);
    for (const [parent, level] of path.reverse()) {
      const child = parent.children.get(level);
      if (child && (child.values.size > 0 || child.children.size > 0)) break;
      parent.children.delete(level);
    }
    this.#remembered.clear();
  }

  /** The values of every filter that matches, one for each filter. */
  match(topic: string): readonly Value[] {
    const remembered = this.#remembered.get(topic);
    if (remembered) return remembered;
    const found: Value[] = [];
    collect(this.#root, topic.split('/'), 0, found);
    if (this.#remembered.size >= mostRemembered) this.#remembered.clear();
    this.#remembered.set(topic, found);
    return found;
  }
}

function collect<Value>(
  node: Node<Value>,
  levels: readonly string[],
  depth: number,
  found: Value[],
): void {
  // Wildcards at the beginning do not reach the server's own topics (section 4.7.2).
  const wildcards = depth > 0 || !levels[0]?.startsWith('$');
  const rest = wildcards ? node.children.get('#') : undefined;
  if (rest) found.push(...rest.values);
  const level = levels[depth];
  if (level === undefined) {
    found.push(...node.values);
    return;
  }
  const one = wildcards ? node.children.get('+') : undefined;
  if (one) collect(one, levels, depth + 1, found);
  const same = node.children.get(level);
  if (same) collect(same, levels, depth + 1, found);
}
