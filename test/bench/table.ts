import { medianOf, type Result, ratioOf } from './runner.ts';
import type { TargetKind } from './targets/target.ts';

/** The results as a Markdown table that is aligned, too. */
export function formatTable(results: readonly Result[], kinds: readonly TargetKind[]): string {
  const header = ['', ...kinds.map(({ title }) => title), 'ratio', 'better'];
  const lines = results.map((result) => [
    `${result.title} (${result.unit})`,
    ...kinds.map(({ name }) => formatNumber(medianOf(result, name))),
    formatRatio(ratioOf(result)),
    result.better,
  ]);
  const rows = [header, ...lines];
  const widths = header.map((_, column) =>
    Math.max(3, ...rows.map((row) => row[column]?.length ?? 0)),
  );
  const align = (row: readonly string[]) =>
    `| ${row.map((cell, column) => (column === 0 ? cell.padEnd(widths[0] ?? 0) : cell.padStart(widths[column] ?? 0))).join(' | ')} |`;
  const rule = `| ${widths.map((width, column) => (column === 0 ? '-'.repeat(width) : `${'-'.repeat(width - 1)}:`)).join(' | ')} |`;
  return [align(header), rule, ...lines.map(align)].join('\n');
}

/** Three digits that mean something. */
export function formatNumber(value: number | undefined): string {
  if (value === undefined) return '-';
  if (Number.isNaN(value)) return 'lost some';
  if (!Number.isFinite(value)) return 'never';
  return value.toLocaleString('en', { maximumSignificantDigits: 3 });
}

function formatRatio(value: number | undefined): string {
  return value === undefined || !Number.isFinite(value) ? '-' : `${formatNumber(value)} ×`;
}
