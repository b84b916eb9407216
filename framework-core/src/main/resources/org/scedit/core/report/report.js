'use strict';
(() => {
  const all = (selector, within = document) => [...within.querySelectorAll(selector)];

  // the theme: the system's until the button is pressed
  const root = document.documentElement;
  const button = document.getElementById('theme');
  const remembered = {
    get: () => { try { return localStorage.getItem('scedit-theme'); } catch (e) { return null; } },
    set: (theme) => { try { localStorage.setItem('scedit-theme', theme); } catch (e) { /* a page without storage */ } },
  };
  const dark = matchMedia('(prefers-color-scheme: dark)');
  const isDark = () => (root.dataset.theme ? root.dataset.theme === 'dark' : dark.matches);
  const name = () => { button.textContent = isDark() ? 'Light' : 'Dark'; };
  const theme = remembered.get();
  if (theme === 'dark' || theme === 'light') {
    root.dataset.theme = theme;
  }
  button.addEventListener('click', () => {
    root.dataset.theme = isDark() ? 'light' : 'dark';
    remembered.set(root.dataset.theme);
    name();
  });
  dark.addEventListener('change', name);
  name();
  button.hidden = false;

  // tables: a column's numbers as numbers, what is missing always last
  const key = (row, column) => row.cells[column].dataset.sort;
  const compare = (a, b) => (isNaN(a) || isNaN(b) ? a.localeCompare(b) : Number(a) - Number(b));
  all('table.sortable').forEach((table) => {
    const heads = all('thead th', table);
    heads.forEach((head, column) => {
      head.querySelector('button').addEventListener('click', (event) => {
        const first = event.currentTarget.dataset.first || 'ascending';
        const other = first === 'ascending' ? 'descending' : 'ascending';
        const order = head.getAttribute('aria-sort') === first ? other : first;
        heads.forEach((each) => each.removeAttribute('aria-sort'));
        head.setAttribute('aria-sort', order);
        const sign = order === 'ascending' ? 1 : -1;
        const body = table.tBodies[0];
        const rows = [...body.rows].sort((x, y) => {
          const a = key(x, column);
          const b = key(y, column);
          return a === '' || b === '' ? (a === '') - (b === '') : sign * compare(a, b);
        });
        body.append(...rows);
      });
    });
  });

  // what is drawn
  all('.choosers').forEach((choosers) => { choosers.hidden = false; });
  const measure = document.getElementById('front-measure');
  const cost = document.getElementById('front-cost');
  const chooseFront = () => all('figure.front').forEach((figure) => {
    figure.hidden = figure.dataset.measure !== measure.value || figure.dataset.cost !== cost.value;
  });
  [measure, cost].filter(Boolean).forEach((select) => select.addEventListener('change', chooseFront));
  const seed = document.getElementById('wall-seed');
  if (seed) {
    seed.addEventListener('change', () => all('.wall tbody tr:not(.context)').forEach((row) => {
      row.hidden = seed.value === '' ? row.dataset.first !== 'true'
        : seed.value !== 'all' && row.dataset.seed !== seed.value;
    }));
  }
})();
