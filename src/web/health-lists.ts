import { texts } from './page/texts.js';
import { textAsHtml } from './template.ts';

/** A fault that the red light tells of by so many slow flashes; 0 when it does not. */
export interface ShownFaultCode {
  readonly flashes: number;
  readonly meaning: string;
  readonly remedy: string;
}

/** The table of fault codes as HTML. */
export function faultCodeList(codes: readonly ShownFaultCode[]): string {
  const rows = codes
    .filter(({ flashes }) => flashes > 0)
    .map(
      ({ flashes, meaning, remedy }) =>
        `<tr><td>${flashes}</td><td>${textAsHtml(meaning)}.<br><span class="quiet">${textAsHtml(remedy)}.</span></td></tr>`,
    );
  const { flashes, meaning } = texts.health;
  return `<table><thead><tr><th scope="col">${textAsHtml(flashes)}</th><th scope="col">${textAsHtml(meaning)}</th></tr></thead><tbody>${rows.join('')}</tbody></table>`;
}

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
