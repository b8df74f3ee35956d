// Runs before the first paint, as its own file because the CSP allows no inline
// script: sets the theme, text size, motion and language chosen on this device.
(function () {
  var root = document.documentElement;
  var prefs = {};
  try {
    prefs = JSON.parse(localStorage.getItem('balaikota.prefs') || '{}') || {};
  } catch {
    prefs = {};
  }
  var dark =
    prefs.theme === 'dark' || (prefs.theme !== 'light' && matchMedia('(prefers-color-scheme: dark)').matches);
  root.dataset.theme = dark ? 'dark' : 'light';
  if (prefs.language === 'en') root.lang = 'en';
  if (prefs.textSize > 100 && prefs.textSize <= 150)
    root.style.setProperty('--text-scale', String(prefs.textSize / 100));
  if (prefs.motion === 'less') root.dataset.motion = 'less';
  if (location.pathname === '/tv') root.dataset.wall = 'true';
})();
