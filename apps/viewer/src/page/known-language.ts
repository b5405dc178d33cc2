/**
 * Runs before the page's modules: a browser without a language of its own may name the system's, such as `en-US@posix`, which no
 * formatter of numbers takes.
 */
try {
  new Intl.NumberFormat(navigator.language);
} catch {
  Object.defineProperty(navigator, 'language', { value: 'en', configurable: true });
}
