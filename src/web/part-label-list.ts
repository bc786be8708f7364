import { texts } from './page/texts.js';
import { textAsHtml } from './template.ts';

/** What people call a part of the appliance. */
export interface PartLabel {
  readonly name: string;
  readonly label: string;
}

/** The labels as HTML that nobody sees: the page's scripts read them, in their order. */
export function partLabelList(parts: readonly PartLabel[]): string {
  const items = parts.map(({ name, label }) => {
    const shown = texts.health.parts[name] ?? label;
    return `<li data-part="${textAsHtml(name)}">${textAsHtml(shown)}</li>`;
  });
  return `<ul id="part-labels" hidden>${items.join('')}</ul>`;
}
