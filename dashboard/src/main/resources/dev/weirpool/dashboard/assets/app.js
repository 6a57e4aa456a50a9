// What pages do beyond links and forms: say whether they are live, hold still below a finger, draw the history, select all.
(() => {
  'use strict';
  document.documentElement.classList.add('scripted');

  const live = document.getElementById('live');
  const state = document.getElementById('live-state');
  const say = (name, text) => {
    if (state.dataset.state !== name) {
      state.dataset.state = name;
      state.textContent = text;
    }
  };
  live.addEventListener('htmx:sse:after:connection', () => say('live', 'live'));
  live.addEventListener('htmx:sse:error', () => say('lost', 'reconnecting'));

  // what a running task says of itself is worth more looks than the rest
  setInterval(() => {
    if (!document.hidden && document.querySelector('[data-moving]')) live.dispatchEvent(new CustomEvent('tick'));
  }, 500);

  // what is swapped between press and release takes the click with it; the next tick brings what was left out
  let pressed = false;
  addEventListener('pointerdown', event => { pressed = event.button === 0; }, true);
  for (const end of ['pointerup', 'pointercancel', 'blur']) {
    addEventListener(end, () => setTimeout(() => { pressed = false; }), true); // the click comes after pointerup, in the same turn
  }
  document.addEventListener('htmx:before:swap', event => { if (pressed) event.preventDefault(); });

  document.addEventListener('change', event => {
    if (event.target.id === 'all') {
      document.querySelectorAll('input[name="task"]').forEach(box => { box.checked = event.target.checked; });
    }
  });

  const color = name => getComputedStyle(document.documentElement).getPropertyValue(name).trim();
  const number = value => value == null ? '–' : value >= 10 || Number.isInteger(value)
    ? Math.round(value).toLocaleString('en') : value.toFixed(1);
  const duration = value => value == null ? '–' : value === 0 ? '0' : value >= 3600 ? (value / 3600).toFixed(1) + ' h'
    : value >= 60 ? (value / 60).toFixed(1) + ' min' : value >= 1 ? value.toFixed(1) + ' s'
    : value >= 0.001 ? (value * 1000).toFixed(value >= 0.01 ? 0 : 1) + ' ms' : (value * 1e6).toFixed(0) + ' µs';
  const time = (at, from, to) => new Date(at * 1000).toISOString().slice(from, to).replace('T', ' ');
  let plots = [];
  let drawn = '';
  let fetched = 0;

  const options = (box, history) => {
    const names = box.dataset.names.split(' ');
    const labels = box.dataset.labels.split(',');
    const write = box.dataset.unit === 'seconds' ? duration : number;
    const grid = { stroke: color('--line'), width: 1 };
    const axis = { stroke: color('--soft'), grid, ticks: grid, font: '12px system-ui, sans-serif' };
    return {
      width: box.clientWidth, height: 178, padding: [8, 8, 0, 0],
      cursor: { sync: { key: 'history' }, points: { size: 6 }, drag: { x: false, y: false } },
      tzDate: seconds => uPlot.tzDate(new Date(seconds * 1000), 'Etc/UTC'),
      scales: { y: { range: (plot, low, high) => [0, high > 0 ? high * 1.08 : 1] } },
      axes: [{ ...axis, space: 70, values: (plot, values, i, space, step) => values.map(at => time(at, step < 86400 ? 11 : 5, step < 86400 ? 16 : 10)) }, { ...axis, size: 62, values: (plot, values) => values.map(write) }],
      legend: { markers: { width: 0, fill: (plot, i) => color(i === 1 ? '--accent' : '--second') } },
      hooks: { setLegend: [plot => { if (plot.legend.idx == null) plot.setLegend({ idx: history.starts.length - 1 }); }] },
      series: [{ label: 'UTC', value: (plot, at) => at == null ? '' : time(at, history.step < 3600 ? 11 : 5, 16) },
        ...names.map((name, i) => ({
          label: labels[i], stroke: color(i === 0 ? '--accent' : '--second'), width: 1.5,
          fill: i === 0 ? color('--fill') : undefined, points: { show: false }, value: (plot, value) => write(value),
        }))],
    };
  };

  const draw = async () => {
    const charts = document.querySelector('[data-history]');
    if (!charts || document.hidden) return;
    const url = charts.dataset.history;
    if (url === drawn && Date.now() - fetched < 4000) return;
    fetched = Date.now();
    let history;
    try {
      const answer = await fetch(url);
      if (!answer.ok) return;
      history = await answer.json();
    } catch { return; } // the next tick tries again
    const data = box => [history.starts, ...box.dataset.names.split(' ').map(name => history[name])];
    if (url === drawn && plots.every(plot => plot.root.isConnected)) {
      plots.forEach(plot => plot.setData(data(plot.root.parentElement)));
      return;
    }
    plots.forEach(plot => plot.destroy());
    drawn = url;
    plots = [...charts.querySelectorAll('.plot')].map(box => {
      box.replaceChildren();
      return new uPlot(options(box, history), data(box), box);
    });
  };
  const redraw = () => { drawn = ''; draw(); };
  let resizing;
  addEventListener('resize', () => { clearTimeout(resizing); resizing = setTimeout(redraw, 150); });
  matchMedia('(prefers-color-scheme: dark)').addEventListener('change', redraw);
  live.addEventListener('tick', draw);
  draw();
})();
