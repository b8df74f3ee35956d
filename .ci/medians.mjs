// medians.mjs FILE: the medians of each kind of run in a file of wsload's
// results, and the ratios that the project has set itself.
import { readFileSync } from 'node:fs';

const runs = new Map();
for (const line of readFileSync(process.argv[2], 'utf8').split('\n').filter(Boolean)) {
  const run = JSON.parse(line);
  runs.set(run.label, [...(runs.get(run.label) ?? []), run]);
}

const median = (label, field) => {
  const values = (runs.get(label) ?? []).map((r) => r[field]).sort((a, b) => a - b);
  const middle = values.length >> 1;
  if (values.length === 0) return NaN;
  return values.length % 2 ? values[middle] : (values[middle - 1] + values[middle]) / 2;
};
const sum = (label, field) => (runs.get(label) ?? []).reduce((total, r) => total + r[field], 0);

for (const label of runs.keys()) {
  const m = (field) => median(label, field).toFixed(1);
  console.log(
    `${label.padEnd(22)} ${m('cpu_us_per_delivery_server')} µs CPU/delivery, p50 ${m('p50_ms')} ms, p99 ${m('p99_ms')} ms, ` +
      `${m('server_kb_per_conn_loaded')} kB/connection, ${m('delivered_per_s')}/s, gaps ${sum(label, 'gaps')}, ` +
      `duplicates ${sum(label, 'dups')}, errors ${sum(label, 'errors')}`,
  );
}
const verdict = (name, value, bar, unit = '') =>
  console.log(`${name}: ${value.toFixed(2)}${unit} (wanted at most ${bar}${unit})${value <= bar ? '' : '  MISSED'}`);
for (const n of new Set([...runs.keys()].filter((l) => l.startsWith('paced')).map((l) => l.split(' ')[2]))) {
  const cpu = (who) => median(`paced ${who} ${n}`, 'cpu_us_per_delivery_server');
  verdict(`hub at ${n} clients, CPU per delivery with all that storing costs, ours / floor`, cpu('ours') / cpu('floor'), 1.1);
  verdict(`memory at ${n} clients`, median(`paced ours ${n}`, 'server_kb_per_conn_loaded'), 40, ' kB');
}
if (runs.has('latency ours 1000')) {
  const p99 = median('latency ours 1000', 'p99_ms');
  verdict('commit to socket, p99', p99, 100, ' ms');
  verdict('p99 with 50 stalled clients / without', median('stalled ours 1000', 'p99_ms') / p99, 1.2);
}
