/**
 * The project's one build file, plain JavaScript so that a bare machine can run it before anything is installed:
 *   build | start | test | kafka | bench | drill
 * It installs when the lock file says so, bundles when a source is newer than the bundle, and hands over to the Node
 * that the project brings with it (the machine's own may be too old to run it).
 */
import {spawnSync} from 'node:child_process';
import {existsSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync} from 'node:fs';
import {dirname, join} from 'node:path';
import process from 'node:process';
import {fileURLToPath, pathToFileURL} from 'node:url';

const top = dirname(fileURLToPath(import.meta.url));
const [task = 'build', ...args] = process.argv.slice(2);

/** Libraries do at their loading what nobody asks of them here; a text that is not found any more ends the build. */
const unasked = [
  // Yoga would read its WebAssembly out of a `data:` URL by `fetch`, for which all of Node's HTTP client is loaded.
  [/yoga-wasm-base64-esm\.js$/, /typeof fetch/g, '"none"'],
  // Meow would prepare checks of a package.json's licence.
  [
    /meow\/build\/dependencies\.js$/,
    /^const normalizePackageData = .*$|^var normalizeExports = .*$/gm,
    line =>
      line.startsWith('var')
        ? 'const normalizePackageData = data => getDefaultExportFromCjs(requireNormalize())(data);'
        : '',
  ],
];

const quicker = {
  name: 'quicker',
  setup({onLoad, onResolve}) {
    onResolve({filter: /^string-width$/}, ({importer}) =>
      /ink[\\/]build[\\/]/.test(importer) ? {path: join(top, 'source/interface/string-width.ts')} : undefined,
    );
    for (const [filter, found, instead] of unasked) {
      onLoad({filter}, ({path}) => {
        const text = readFileSync(path, 'utf8');
        const contents = text.replace(found, instead);
        if (contents === text) throw new Error(`${path} has no ${found} any more: see quicker`);
        return {contents};
      });
    }
  },
};

const tasks = {
  build: () => bundle(),
  start: async () => {
    await bundle();
    return node(['dist/cli.js', ...args]);
  },
  test: async () => {
    await bundle();
    const checked = npm(['run', '--silent', 'check']);
    return checked === 0 ? node(['node_modules/vitest/vitest.mjs', 'run', ...args]) : checked;
  },
  kafka: () => node(['test/kafka/main.ts', ...args]),
  bench: async () => {
    await bundle();
    return node(['--expose-gc', 'test/bench/main.ts', ...args]);
  },
  drill: async () => {
    await bundle();
    return node(['test/drills/main.ts', ...args]);
  },
};

if (!tasks[task]) {
  console.error(`build.mjs knows ${Object.keys(tasks).join(', ')}; not ${task}`);
  process.exit(2);
}
install();
process.exitCode = (await tasks[task]()) ?? 0;

/** `npm ci`, unless what is installed is already what the lock file asks for. */
function install() {
  const lock = join(top, 'package-lock.json');
  const installed = join(top, 'node_modules', '.installed');
  if (existsSync(installed) && statSync(installed).mtimeMs >= statSync(lock).mtimeMs) return;
  console.error('Installing (once) …');
  // EBADENGINE only says that the machine's Node is older than the one being installed here.
  const status = npm(['ci', '--loglevel=error']);
  if (status !== 0) process.exit(status);
  writeFileSync(installed, '');
}

/** One file for the program and one for the worker that runs handlers; KafkaJS apart, loaded after the first frame. */
async function bundle() {
  const output = join(top, 'dist');
  const newest = newestIn([
    join(top, 'source'),
    join(top, 'cli.tsx'),
    join(top, 'build.mjs'),
    join(top, 'package-lock.json'),
  ]);
  if (existsSync(join(output, 'cli.js')) && statSync(join(output, 'cli.js')).mtimeMs >= newest) return;
  const {build} = await import(pathToFileURL(join(top, 'node_modules/esbuild/lib/main.js')).href);
  rmSync(output, {recursive: true, force: true});
  const worker = join(top, 'source/handlers/module/worker.ts');
  await build({
    absWorkingDir: top,
    entryPoints: [
      {in: 'cli.tsx', out: 'cli'},
      ...(existsSync(worker) ? [{in: worker, out: 'handler-worker'}] : []),
    ],
    outdir: output,
    bundle: true,
    // Loaded where a handler is in TypeScript, from its own files.
    external: ['jiti'],
    splitting: true,
    format: 'esm',
    platform: 'node',
    target: 'node22',
    // Some libraries' `main` is a UMD file that a bundle cannot follow.
    mainFields: ['module', 'main'],
    jsx: 'automatic',
    minifySyntax: true,
    logLevel: 'warning',
    define: {'process.env.NODE_ENV': '"production"'},
    // Ink imports its developer tools only when asked to; outside a bundle the missing package would end the program.
    alias: {
      'react-devtools-core': join(top, 'source/interface/no-devtools.ts'),
      'widest-line': join(top, 'source/interface/widest-line.ts'),
    },
    plugins: [quicker],
    banner: {
      js: "import {createRequire as makeRequire} from 'node:module'; const require = makeRequire(import.meta.url);",
    },
  });
}

function newestIn(paths) {
  let newest = 0;
  for (const path of paths) {
    const files = statSync(path).isDirectory()
      ? readdirSync(path, {recursive: true, withFileTypes: true})
      : [];
    newest = Math.max(newest, statSync(path).mtimeMs);
    for (const file of files)
      newest = Math.max(newest, statSync(join(file.parentPath ?? file.path, file.name)).mtimeMs);
  }
  return newest;
}

function node(argv) {
  return run(join(top, 'node_modules', '.bin', 'node'), argv);
}

function npm(argv) {
  return process.env.npm_execpath
    ? run(process.execPath, [process.env.npm_execpath, ...argv])
    : run('npm', argv);
}

function run(command, argv) {
  const {status, signal, error} = spawnSync(command, argv, {cwd: top, stdio: 'inherit'});
  if (error) console.error(`Could not run ${command}: ${error.message}`);
  return status ?? (signal === 'SIGINT' ? 130 : 1);
}
