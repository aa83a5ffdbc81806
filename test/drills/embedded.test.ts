import {expect, it} from 'vitest';
import {program} from '../kafka/requirements.ts';
import {drill} from './drill.ts';
import {startEmbedded} from './embedded.ts';
import {shortPlan} from './plan.ts';

it('the drill, in short, on the embedded broker: nothing lost, nothing passed over', async () => {
  const kcat = program('kcat');
  if (!kcat.available) console.error(`no other consumer joins the drill: ${kcat.reason}`);
  const broker = await startEmbedded();
  const said: string[] = [];
  try {
    const {wrong, counts} = await drill(broker, shortPlan(7), {
      withVisitor: kcat.available,
      deadline: 270_000,
      say: line => said.push(`${new Date().toISOString()} ${line}`),
    });
    expect(wrong).toEqual([]);
    expect(counts).toMatchObject({kills: 3, stops: 1, brokerKills: 1});
    expect(counts['dead letters']).toBeGreaterThan(0);
  } catch (error) {
    throw new Error(`${(error as Error).message}\nuntil then:\n${said.join('\n')}`, {cause: error});
  } finally {
    await broker.stop();
  }
}, 300_000);
