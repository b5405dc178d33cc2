/** The script that pages load to embed the viewer; the frame is served from where it lies. */
const base = document.currentScript instanceof HTMLScriptElement ? document.currentScript.src : location.href;

/**
 * `<ablation-cam-viewer model="net.h5" image="cat.png">`: an explained picture in a page, in a frame of its own. Addresses are relative
 * to the page; `sample="textures:3"` shows a sample that comes along instead.
 */
class AblationCamViewer extends HTMLElement {
  static readonly observedAttributes = ['model', 'image', 'sample'];

  connectedCallback(): void {
    this.style.display ||= 'block';
    this.#show();
  }

  attributeChangedCallback(): void {
    if (this.isConnected) this.#show();
  }

  #show(): void {
    const address = new URL('./?embed=1', base);
    for (const name of ['model', 'image']) {
      const url = URL.parse(this.getAttribute(name) ?? '', document.baseURI);
      if (this.hasAttribute(name) && url) address.searchParams.set(name, url.href);
    }
    const sample = this.getAttribute('sample');
    if (sample !== null) address.hash = new URLSearchParams({ sample }).toString();
    const frame = document.createElement('iframe');
    frame.src = address.href;
    frame.title = this.title || 'What the network looked at';
    frame.style.cssText = 'width:100%;height:100%;min-height:460px;border:0';
    this.replaceChildren(frame);
  }
}

if (!customElements.get('ablation-cam-viewer'))
  customElements.define('ablation-cam-viewer', AblationCamViewer);
