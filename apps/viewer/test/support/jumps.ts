/** Sums up how far the page's parts jump by themselves, as browsers score it; runs in the page before its own scripts. */
export const COUNT_JUMPS = `
  window.jumps = 0;
  new PerformanceObserver((list) => {
    for (const entry of list.getEntries()) if (!entry.hadRecentInput) window.jumps += entry.value;
  }).observe({ type: 'layout-shift', buffered: true });`;
