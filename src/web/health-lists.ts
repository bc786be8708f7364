import { texts } from './page/texts.js';
import { textAsHtml } from './template.ts';

/** A fault that the red light shows by a number of slow flashes; 0 if it doesn't. */
export interface ShownFaultCode {
  readonly flashes: number;
  readonly meaning: string;
  readonly remedy: string;
  readonly name: string;
  /** The anchor of its section in `/help/troubleshooting`. */
  readonly help: string;
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

/** The name of a part as users see it. */
export interface PartLabel {
  readonly name: string;
  readonly label: string;
  /** The code of its faults, by name. */
  readonly faultCode?: string;
}

/** The labels, and the manual's section for each, as hidden HTML in their order, for the page's scripts. */
export function partLabelList(
  parts: readonly PartLabel[],
  codes: readonly ShownFaultCode[],
): string {
  const items = parts.map(({ name, label, faultCode }) => {
    const shown = texts.health.parts[name] ?? label;
    const help = codes.find((code) => code.name === faultCode)?.help ?? '';
    return `<li data-part="${textAsHtml(name)}" data-help="${help}">${textAsHtml(shown)}</li>`;
  });
  return `<ul id="part-labels" hidden>${items.join('')}</ul>`;
}
