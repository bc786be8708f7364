/** Gives the headings of one page their ids, the ones that GitHub gives them. */
export function createSlugger(): (heading: string) => string {
  const taken = new Map<string, number>();
  return (heading) => {
    const slug = slugOf(heading);
    const before = taken.get(slug);
    if (before === undefined) {
      taken.set(slug, 0);
      return slug;
    }
    let count = before;
    let unique = slug;
    while (taken.has(unique)) {
      count += 1;
      unique = `${slug}-${count}`;
    }
    taken.set(slug, count).set(unique, 0);
    return unique;
  };
}

const slugOf = (heading: string): string =>
  heading
    .trim()
    .toLowerCase()
    .replace(/[^\p{L}\p{M}\p{N}\p{Pc} -]/gu, '')
    .replaceAll(' ', '-');
