#!/usr/bin/env node
import process from 'node:process';
import {keepCompiled} from './source/settings/compile-cache.ts';
import {stateFolder} from './source/settings/state-folder.ts';

keepCompiled(stateFolder(process.env));
const {runCommand} = await import('./source/commands/run-command.ts');
process.exit(await runCommand(process.argv.slice(2)));
