import GithubSlugger from 'github-slugger';
import MarkdownIt from 'markdown-it';

/** A fenced block of code. */
export interface CodeBlock {
  /** The first word behind the fence, and the others: `ts`, `run`. */
  readonly language: string;
  readonly notes: readonly string[];
  readonly code: string;
  /** Of its first line of code, from 1. */
  readonly line: number;
}

export interface PageLink {
  /** Decoded, as it stands in the page: a path, an address, `#heading`. */
  readonly target: string;
  /** From 1; of the paragraph it stands in. */
  readonly line: number;
  /** It is shown in the page, not led to. */
  readonly isImage: boolean;
}

/** What there is to know of a Markdown page. */
export interface MarkdownPage {
  /** The first heading. */
  readonly title: string;
  /** The names by which GitHub lets headings be linked to, in their order. */
  readonly anchors: readonly string[];
  /** Links and images. */
  readonly links: readonly PageLink[];
  readonly blocks: readonly CodeBlock[];
}

const parser = new MarkdownIt({ html: true });

/** Reads a page as GitHub does: CommonMark with tables. */
export function readMarkdown(text: string): MarkdownPage {
  const slugger = new GithubSlugger();
  const titles: string[] = [];
  const anchors: string[] = [];
  const links: PageLink[] = [];
  const blocks: CodeBlock[] = [];
  const tokens = parser.parse(text, {});
  tokens.forEach((token, index) => {
    const line = (token.map?.[0] ?? 0) + 1;
    if (token.type === 'fence') {
      const [language = '', ...notes] = token.info.trim().split(/\s+/);
      blocks.push({ language, notes, code: token.content, line: line + 1 });
    }
    if (token.type === 'heading_open') {
      const children = tokens[index + 1]?.children ?? [];
      const heading = children.map(({ content }) => content).join('');
      titles.push(heading);
      anchors.push(slugger.slug(heading));
    }
    for (const child of token.children ?? []) {
      const isImage = child.type === 'image';
      const target = child.attrGet(isImage ? 'src' : 'href');
      if (target !== null) links.push({ target: decodeURI(target), line, isImage });
    }
  });
  return { title: titles[0] ?? '', anchors, links, blocks };
}
