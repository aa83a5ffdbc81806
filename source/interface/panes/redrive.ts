import {lastHeader, positionOf} from '../../flow/message.ts';
import {decodeHeader} from '../../payload/decode-header.ts';
import {safeText} from '../../payload/safe-text.ts';
import {padToWidth} from '../../payload/width.ts';
import type {DeadLetter, Redrive, RedriveResult} from '../../session/redrive.ts';
import type {Session} from '../../session/session.ts';
import {age, count, isoTime} from '../amounts.ts';
import {cell, exactly, type Piece, row, wrap} from '../cells.ts';
import type {Area} from '../layout.ts';
import type {RedriveOverlay} from '../screen.ts';
import type {Theme} from '../theme.ts';
import {type MessageColumns, summaryOf} from './message-row.ts';
import {titleBar} from './title.ts';

type Look = {readonly theme: Theme; readonly columns: MessageColumns};

/** The dead letters that are not redriven yet, one a row, with what became of each that was redriven from here. */
export function redriveLines(session: Session, overlay: RedriveOverlay, area: Area, look: Look): string[] {
  const {redrive} = session;
  const {width, height} = area;
  const {theme} = look;
  if (!redrive) return exactly([titleBar('DEAD LETTERS', '', {width, focused: true, theme})], area);
  const title = titleBar(
    `DEAD LETTERS ${safeText(redrive.topic)} → ${safeText(redrive.to)}`,
    titleEnd(redrive, overlay),
    {width, focused: true, theme},
  );
  const head = headLines(redrive, width, theme);
  const {letters} = redrive;
  const at = Math.min(overlay.at, letters.length - 1);
  const pointed = letters[at];
  const foot = pointed && height >= 18 ? footLines(pointed, redrive, width, theme) : [];
  const room = Math.max(1, height - 1 - head.length - foot.length);
  const first = Math.max(0, Math.min(at - Math.floor(room / 2), letters.length - room));
  const rows = letters.slice(first, first + room).map((letter, index) => {
    const isChosen = overlay.chosen.has(positionOf(letter));
    const line = letterRow(letter, redrive.resultOf(letter), isChosen, session.now, width, look);
    return first + index === at ? theme.selected('▸') + line.slice(1) : line;
  });
  return [...exactly([title, ...head, ...rows], {width, height: height - foot.length}), ...foot];
}

function titleEnd(redrive: Redrive, {chosen, rate}: RedriveOverlay): string {
  const limit = rate === null ? 'no limit' : `${rate}/s`;
  return `${redrive.count} to redrive${chosen.size > 0 ? `  ${chosen.size} chosen` : ''}  ${limit}`;
}

/** How it stands, and what cannot be seen from the list. */
function headLines(redrive: Redrive, width: number, theme: Theme): string[] {
  const lines = (text: string, style: (text: string) => string) =>
    wrap(text, width - 2).map(line => row([' ', [line, style]], width));
  const {state, group, letters} = redrive;
  switch (state.status) {
    case 'reading':
      return lines('◌ reading what is not redriven yet …', theme.waiting);
    case 'unusable':
      return lines(safeText(state.explanation), theme.bad);
    case 'running': {
      const how = state.ending ? '◌ ending' : state.paused ? '‖ paused' : '● redriving';
      const what = `${how} ${state.what}: ${state.done} of ${state.total}`;
      const hint = state.ending
        ? ''
        : state.paused
          ? '  p goes on, c calls it off'
          : '  p pauses, c calls it off';
      return lines(`${what}${hint}`, theme.waiting);
    }
    case 'ready': {
      if (redrive.count === 0n && letters.length === 0)
        return lines(`All dead letters are redriven, as group ${safeText(group)} tells.`, theme.quiet);
      const unlisted = redrive.count - BigInt(letters.length);
      const more =
        unlisted > 0n && redrive.letters.length > 0
          ? ` ${unlisted} more are not listed; all takes them too.`
          : '';
      const beyond = redrive.beyondGaps();
      const gap =
        beyond > 0
          ? ` ${beyond} redriven ${beyond === 1 ? 'one lies' : 'ones lie'} beyond a gap, where a commit cannot follow: while this program runs all passes over ${beyond === 1 ? 'it' : 'them'}; a later redrive sends ${beyond === 1 ? 'it' : 'them'} again.`
          : '';
      return lines(
        `What is redriven is told by the commits of group ${safeText(group)}, as for the command.${more}${gap}`,
        theme.quiet,
      );
    }
  }
}

function letterRow(
  letter: DeadLetter,
  result: RedriveResult,
  isChosen: boolean,
  now: number,
  width: number,
  {theme, columns}: Look,
): string {
  const wide = width >= 110;
  const {key, type} = summaryOf(letter, columns);
  const [word, style, said] = resultWords(letter, result, theme);
  const pieces: Piece[] = [
    ' ',
    isChosen ? ['◉ ', theme.accent] : '○ ',
    [padToWidth(word, 11), style],
    ` ${cell(positionOf(letter), 8)}`,
  ];
  if (width >= 76)
    pieces.push(` ${cell(letter.origin === null ? '' : `was ${letter.origin}`, wide ? 14 : 11)}`);
  pieces.push(` ${cell(age(now - letter.timestamp), 3, 'end')}`);
  if (width >= 76) pieces.push(`  ${cell(key, wide ? 14 : 7)} ${cell(type, wide ? 16 : 10)}`);
  pieces.push('  ', [said, result.status === 'waiting' ? (text: string) => text : style]);
  return row(pieces, width);
}

/** Glyph and word, how they are drawn, and what stands last in the row. */
function resultWords(
  {error}: DeadLetter,
  result: RedriveResult,
  theme: Theme,
): readonly [string, (text: string) => string, string] {
  switch (result.status) {
    case 'waiting':
      return ['· waiting', theme.quiet, error];
    case 'sending':
      return ['… sending', theme.waiting, error];
    case 'redriven':
      return ['✓ redriven', theme.good, `to ${safeText(result.where)}`];
    case 'failed':
      return ['✗ failed', theme.bad, safeText(result.reason)];
    case 'unknown':
      return ['? unknown', theme.waiting, safeText(result.reason)];
  }
}

/** All of the one that is pointed at. */
function footLines(letter: DeadLetter, redrive: Redrive, width: number, theme: Theme): string[] {
  const result = redrive.resultOf(letter);
  const group = lastHeader(letter.headers, 'kafka_dlt-original-consumer-group');
  const by = group ? `, given up by group ${decodeHeader('', group).text}` : '';
  const own = letter.headers.filter(({name}) => !name.startsWith('kafka_dlt-')).length;
  const why = letter.error === '' ? 'It does not say why it was given up.' : letter.error;
  const about = `${letter.origin === null ? 'where it was is not told' : `was ${letter.origin}`}${by} at ${isoTime(letter.timestamp)} · ${count(own, 'header')} of its own`;
  const decide =
    result.status === 'unknown'
      ? 'It may be in the topic: m counts it as redriven, Enter sends it again.'
      : '';
  const texts = [...wrap(why, width - 2).slice(0, 2), ...wrap(about, width - 2).slice(0, 2)];
  return [
    titleBar(positionOf(letter), '', {width, focused: false, theme}),
    ...texts.map(text => row([' ', text], width)),
    ...(decide === '' ? [] : wrap(decide, width - 2).map(text => row([' ', [text, theme.waiting]], width))),
  ];
}
