import {type OpenFailure, openFailures} from '../../session/failures.ts';
import type {Desk} from '../desk.ts';
import type {Overlay} from '../screen.ts';
import type {FailureOverlay} from './failure-overlay.ts';

/** The failure that the list points at; null: the one that it pointed at is gone, and none is chosen yet. */
export function selectedFailure(
  {session}: Pick<Desk, 'session'>,
  overlay: FailureOverlay,
): OpenFailure | null {
  const {selected} = overlay;
  if (!selected) return null;
  return (
    openFailures(session).find(
      ({partition, offset}) => partition === selected.partition && offset === selected.offset,
    ) ?? null
  );
}

export function openedAt(session: Desk['session'], at: number): FailureOverlay {
  const failures = openFailures(session);
  const index = Math.max(0, Math.min(at, failures.length - 1));
  const found = failures[index];
  const selected = found ? {partition: found.partition, offset: found.offset} : null;
  return {kind: 'failures', selected, at: index};
}

/** The list, where what is on the screen was opened from it. */
export function listUnder(overlay: Overlay | null): FailureOverlay | null {
  if (overlay?.kind === 'failures') return overlay;
  return overlay && 'back' in overlay && overlay.back?.kind === 'failures' ? overlay.back : null;
}

/** Keeps the list under what is opened from it. */
export function keepingList({screen}: Desk): {readonly back?: FailureOverlay} {
  const back = listUnder(screen.overlay);
  return back ? {back} : {};
}
