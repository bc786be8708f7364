import { texts } from './page/texts.js';
import { textAsHtml } from './template.ts';

/** A fault that the red light tells of by so many slow flashes; 0 when it does not. */
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

/** What people call a part of the appliance. */
export interface PartLabel {
  readonly name: string;
  readonly label: string;
  /** The code of its faults, by name. */
  readonly faultCode?: string;
}

/** The labels, and where to read on, as HTML that nobody sees: the page's scripts read them, in their order. */
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
