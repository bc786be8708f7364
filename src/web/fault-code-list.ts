import { texts } from './page/texts.js';
import { richText } from './template.ts';

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
        `<tr><td>${flashes}</td><td>${richText(meaning)}.<br><span class="quiet">${richText(remedy)}.</span></td></tr>`,
    );
  const { flashes, meaning } = texts.health;
  return `<table><thead><tr><th scope="col">${richText(flashes)}</th><th scope="col">${richText(meaning)}</th></tr></thead><tbody>${rows.join('')}</tbody></table>`;
}
