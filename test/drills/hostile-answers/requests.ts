import {spawn} from 'node:child_process';
import {join} from 'node:path';
import type {Fire, Fired} from './commands.ts';
import {startHostileProxy} from './hostile-proxy.ts';
import type {Asked} from './requests-process.ts';
import {mostGrowth, watchMemory, wrongTexts} from './watched-program.ts';

/** A process of the program's own requests, through one proxy, until so many answers were mutated. */
export async function requestsUnderFire(target: string, options: Fire): Promise<Fired> {
  const {topic, group, seed, share, until} = options;
  const proxy = await startHostileProxy(target, {seed, share, partition: null, sparesSilence: true});
  const program = join(import.meta.dirname, 'requests-process.ts');
  const child = spawn(process.execPath, [
    program,
    proxy.bootstrap,
    topic,
    group,
    String(seed),
    String(until),
  ]);
  const memory = watchMemory(child.pid!);
  let stdout = '';
  let stderr = '';
  child.stdout.on('data', text => (stdout += text));
  child.stderr.on('data', text => (stderr += text));
  const enough = setInterval(() => {
    if (proxy.mutations() >= options.mutations) child.kill('SIGTERM');
  }, 50);
  const code = await new Promise<number | null>(resolve => child.once('close', resolve));
  clearInterval(enough);
  memory.stop();
  const asked =
    code === 0 ? (JSON.parse(stdout) as Asked) : {operations: 0, wrong: [`it ended with ${code}: ${stderr}`]};
  const wrong = [...asked.wrong, ...wrongTexts('stderr', stderr)];
  if (memory.growth() > mostGrowth)
    wrong.push(`it took ${Math.round(memory.growth() / 1024)} MB above its start`);
  await proxy.close();
  return {
    wrong: wrong.map(each => `requests, seed ${seed}: ${each}`),
    mutations: proxy.mutations(),
    growth: memory.growth(),
    runs: asked.operations,
  };
}
