/** Runs before the page's modules, which browsers load from a server alone: says in a sentence what is wrong where there is none. */
const sentence =
  location.protocol === 'file:'
    ? 'This page was opened as a file, and browsers let such pages load nothing. Serve its folder - "npx -y pnpm@12.21.0 viewer", or any web server - and open the address it prints.'
    : self.origin === 'null'
      ? 'This page is in a frame that its surrounding page has shut off (sandbox), where it may not compute. Give the frame allow-same-origin beside allow-scripts, or open the page by itself.'
      : null;

if (sentence !== null) {
  addEventListener('DOMContentLoaded', () => {
    const app = document.getElementById('app');
    const text = document.createElement('p');
    text.className = 'loading';
    text.setAttribute('role', 'alert');
    text.textContent = sentence;
    app?.replaceChildren(text);
  });
}
