#!/usr/bin/env node
import process from 'node:process';
import {runCommand} from './source/commands/run-command.ts';

process.exit(await runCommand(process.argv.slice(2)));
