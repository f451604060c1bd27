// Runs before the first paint, so that a chosen theme or language never flashes the other one. Keys: stores/preferences.ts.
(function () {
  try {
    var kept = JSON.parse(localStorage.getItem('chainsight.preferences') || '{}');
    var root = document.documentElement;
    if (kept.theme === 'light' || kept.theme === 'dark') root.dataset.theme = kept.theme;
    if (kept.language === 'en' || kept.language === 'zh-CN') root.lang = kept.language;
  } catch {
    // Storage may be refused or hold rubbish: the defaults are good.
  }
})();
