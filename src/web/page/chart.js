import { DayCounts, niceTop } from './day-counts.js';
import { byId, drawing } from './dom.js';
import { texts } from './texts.js';
import { throttled } from './throttled.js';
import { hoursAndMinutes } from './times.js';

/** @typedef {import('./day-counts.js').Span} Span */

/** Sizes in CSS pixels. */
const height = 190;
const margin = { top: 10, right: 2, bottom: 24, left: 34 };
const gap = 1.5;
/** From one time to the next: the first stands behind its place, the others astride theirs. */
const betweenTimes = 88;

const drawEveryMs = 250;

const ranges = {
  hour: { spans: 60, minutesPerSpan: 1, labelEvery: 15 },
  day: { spans: 96, minutesPerSpan: 15, labelEvery: 16 },
};

/** Draws bars: apps opened upwards, apps closed downwards. */
export function createChart() {
  const counts = new DayCounts();
  const frame = byId('chart', HTMLElement);
  const summary = byId('chart-summary', HTMLElement);
  const choice = byId('chart-range', HTMLFormElement);
  /** @type {keyof typeof ranges} */
  let range = 'hour';

  function draw() {
    const { spans: number, minutesPerSpan, labelEvery } = ranges[range];
    const spans = counts.spans({ spans: number, minutesPerSpan, nowMs: Date.now() });
    const words = texts.chart.summary(
      texts.chart[range],
      total(spans, 'opened'),
      total(spans, 'closed'),
    );
    summary.textContent = words;
    // Before the page is laid out the width is 0; it draws again afterwards.
    const width = frame.clientWidth;
    if (width > margin.left + margin.right) {
      frame.replaceChildren(picture(spans, labelEvery, width, words));
    }
  }

  const drawSoon = throttled(drawEveryMs, draw);

  choice.addEventListener('change', () => {
    range = new FormData(choice).get('range') === 'day' ? 'day' : 'hour';
    draw();
  });
  frame.addEventListener('pointermove', ({ target }) => {
    const words = target instanceof Element ? target.getAttribute('data-words') : null;
    if (words) summary.textContent = words;
  });
  frame.addEventListener('pointerleave', draw);
  new ResizeObserver(draw).observe(frame);

  return {
    restart: () => counts.restart(),
    /** @param {import('../routes/events.ts').CountedEvents} day */
    fill(day) {
      counts.fill(day);
      draw();
    },
    /** @param {import('./event-list.js').UserEvent} event */
    add(event) {
      counts.add(event);
      drawSoon();
    },
    /** What happened in the last hour. */
    lastHour() {
      const spans = counts.spans({ spans: 60, minutesPerSpan: 1, nowMs: Date.now() });
      return { opened: total(spans, 'opened'), closed: total(spans, 'closed') };
    },
    draw,
  };
}

/** @param {readonly Span[]} spans @param {'opened' | 'closed'} what */
const total = (spans, what) => spans.reduce((sum, span) => sum + span[what], 0);

/**
 * @param {readonly Span[]} spans
 * @param {number} labelEvery bars between two times below them, where there is room for so many
 * @param {number} width
 * @param {string} words the text alternative
 */
function picture(spans, labelEvery, width, words) {
  const top = niceTop(Math.max(1, ...spans.map(({ opened, closed }) => Math.max(opened, closed))));
  const middle = (height - margin.top - margin.bottom) / 2;
  const zero = margin.top + middle;
  const step = (width - margin.left - margin.right) / spans.length;
  let timeEvery = labelEvery;
  while (timeEvery < spans.length && timeEvery * step < betweenTimes) timeEvery *= 2;
  const svg = drawing('svg', {
    viewBox: `0 0 ${width} ${height}`,
    height,
    role: 'img',
    'aria-label': words,
  });

  for (const [y, label] of /** @type {const} */ ([
    [margin.top, top],
    [zero, 0],
    [zero + middle, top],
  ])) {
    svg.append(
      drawing('line', { class: 'grid', x1: margin.left, x2: width, y1: y, y2: y }),
      drawing('text', { class: 'scale', x: margin.left - 6, y: y + 4 }, String(label)),
    );
  }
  for (const [index, span] of spans.entries()) {
    const x = margin.left + index * step;
    /** @param {number} count */
    const size = (count) => (count === 0 ? 0 : Math.max(2, (count / top) * middle));
    const up = size(span.opened);
    const down = size(span.closed);
    const bar = { x: x + gap / 2, width: Math.max(1, step - gap), rx: Math.min(2, step / 4) };
    if (up) svg.append(drawing('rect', { ...bar, class: 'opened', y: zero - up, height: up }));
    if (down) svg.append(drawing('rect', { ...bar, class: 'closed', y: zero, height: down }));
    // Something to point at, however small the bar.
    svg.append(
      drawing('rect', {
        class: 'target',
        x,
        width: step,
        y: margin.top,
        height: middle * 2,
        'data-words': texts.chart.bar(
          hoursAndMinutes(span.fromMs),
          hoursAndMinutes(span.toMs),
          span.opened,
          span.closed,
        ),
      }),
    );
    const fromEnd = spans.length - index;
    if (fromEnd % timeEvery === 0) {
      svg.append(
        drawing(
          'text',
          { class: index === 0 ? 'time first' : 'time', x, y: height - 6 },
          hoursAndMinutes(span.fromMs),
        ),
      );
    }
  }
  svg.append(drawing('text', { class: 'time last', x: width, y: height - 6 }, texts.chart.now));
  return svg;
}
