const c0 = Array.from({length: 0x20}, (_, code) => String.fromCharCode(code)).join('');
const c1 = Array.from({length: 0x20}, (_, code) => String.fromCharCode(0x80 + code)).join('');
const esc = '\u001B';

/**
 * Texts that would steer a terminal or mislead a reader, by what they would do. Movements go farther than any that the
 * interface makes, so that they can be told from its own.
 */
export const hostileTexts: Readonly<Record<string, string>> = {
  'all C0': `a${c0}b`,
  'all C1 and DEL': `a${c1}\u007Fb`,
  'clears the screen': `${esc}[977J${esc}[977;1H${esc}[2J${esc}[3Jgone`,
  'hides itself': `${esc}[8mhidden${esc}[0m ${esc}[38;2;1;2;3mcolour`,
  'moves up and writes': `${esc}[977A${esc}[1Gacknowledged 0@999`,
  'a C1 sequence': '\u009B2J\u009D0;title\u009C\u0090q\u009C',
  'a link': `${esc}]8;;https://example.org/evil${esc}\\click${esc}]8;;${esc}\\`,
  'the clipboard': `${esc}]52;c;cm0gLXJmIC8=\u0007`,
  'a title': `${esc}]0;owned\u0007${esc}]2;owned${esc}\\`,
  'a DCS': `${esc}P$q"p${esc}\\${esc}P+q544e${esc}\\`,
  'APC, PM, SOS': `${esc}_a${esc}\\${esc}^b${esc}\\${esc}Xc${esc}\\`,
  'asks the terminal': `${esc}[c${esc}[6n${esc}[>0q${esc}Z${esc}]11;?\u0007`,
  'leaves the alternate screen': `${esc}[?1049l${esc}[?25h${esc}c${esc}[!p`,
  'ends synchronized output': `${esc}[?2026l${esc}[?2004l${esc}#8${esc}(0`,
  'bidirectional controls': '\u202Eevil\u202C \u2066x\u2069 \u200F\u061C\u202A\u202B\u202D\u2067\u2068',
  'zero width': 'a\u200Bb\u200Cc\u200Dd\u2060e\uFEFFf\u00ADg\u180Eh\u034Fi\u3164j\uFFA0k\u115Fl',
  tags: [...'evil'].map(each => String.fromCodePoint(0xe0000 + each.charCodeAt(0))).join(''),
  'variation selectors': 'a\uFE0F\u{E0100}\u{E01EF}b\u180B\u180C',
  'line and paragraph separators': 'a\u2028b\u2029c\u0085d\u000Be\u000Cf',
  'lone surrogates': 'a\uD800b\uDFFFc',
  'a flood of marks': `z${'\u0301\u0489\u20DD'.repeat(200)}`,
  annotations: '\uFFF9a\uFFFAb\uFFFBc\uFFFC',
  'backspaces and returns': 'ok\b\b\r\rfailed\r\nnext\tcell',
};

/** Bytes that are no UTF-8: overlong forms of ESC, `/` and NUL, surrogates, a lone continuation, beyond Unicode. */
export const hostileBytes: readonly Buffer[] = [
  Buffer.from([0xc0, 0x9b, 0x5b, 0x32, 0x4a]),
  Buffer.from([0xe0, 0x80, 0x9b, 0xc0, 0xaf, 0xc0, 0x80]),
  Buffer.from([0xed, 0xa0, 0x80, 0xed, 0xbf, 0xbf]),
  Buffer.from([0x1b, 0x5b, 0x32, 0x4a, 0xff, 0x9b, 0x32, 0x4a]),
  Buffer.from([0xf4, 0x90, 0x80, 0x80, 0x80, 0x9b, 0xfe]),
];
