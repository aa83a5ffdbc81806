#!/usr/bin/env node
import module from 'node:module';
import {join} from 'node:path';
import process from 'node:process';
import {stateFolder} from './source/settings/state-folder.ts';

// What one start has compiled, the next need not. In a folder of the person's own: code out of a shared one is anybody's.
module.enableCompileCache?.(join(stateFolder(process.env), 'compiled'));
const {runCommand} = await import('./source/commands/run-command.ts');
process.exit(await runCommand(process.argv.slice(2)));
