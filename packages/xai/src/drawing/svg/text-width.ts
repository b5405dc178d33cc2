/** Advance widths of DejaVu Sans in thousandths of an em, U+0020 to U+007E: the font's `hmtx` table. */
const REGULAR = [
  318, 401, 460, 838, 636, 950, 780, 275, 390, 390, 500, 838, 318, 361, 318, 337, 636, 636, 636, 636, 636,
  636, 636, 636, 636, 636, 337, 337, 838, 838, 838, 531, 1000, 684, 686, 698, 770, 632, 575, 775, 752, 295,
  295, 656, 557, 863, 748, 787, 603, 787, 695, 635, 611, 732, 684, 989, 685, 611, 685, 390, 337, 390, 838,
  500, 500, 613, 635, 550, 635, 615, 352, 635, 634, 278, 278, 579, 278, 974, 634, 612, 635, 635, 411, 521,
  392, 634, 592, 818, 592, 592, 525, 636, 337, 636, 838,
];

/** The same of DejaVu Sans Bold. */
const BOLD = [
  348, 456, 521, 838, 696, 1002, 872, 306, 457, 457, 523, 838, 380, 415, 380, 365, 696, 696, 696, 696, 696,
  696, 696, 696, 696, 696, 400, 400, 838, 838, 838, 580, 1000, 774, 762, 734, 830, 683, 683, 821, 837, 372,
  372, 775, 637, 995, 837, 850, 733, 850, 770, 720, 682, 812, 774, 1103, 771, 724, 725, 457, 365, 457, 838,
  500, 500, 675, 716, 593, 716, 678, 435, 716, 712, 343, 343, 665, 343, 1042, 712, 687, 716, 716, 493, 595,
  478, 712, 652, 924, 645, 652, 582, 712, 365, 712, 838,
];

const FIRST = 0x20;

/** The advance width of a character in em: exact for ASCII in DejaVu Sans, on the wide side for others. */
export function advanceWidth(character: string, bold: boolean): number {
  const code = character.codePointAt(0)!;
  const exact = (bold ? BOLD : REGULAR)[code - FIRST];
  if (exact !== undefined) return exact / 1000;
  // Accents combine with the letter before them.
  if (/\p{Mn}/u.test(character)) return 0;
  return (bold ? 1.1 : 1) * wideWidth(code);
}

/** The widest common letters of Latin and Greek, Cyrillic and the rest; East Asian characters and emoji fill a square. */
function wideWidth(code: number): number {
  if (code < 0x400) return 0.8;
  if (code >= 0x2e80) return 1.05;
  return 1;
}
