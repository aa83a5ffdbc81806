#!/usr/bin/env node
import process from 'node:process';

process.stderr.write('kafka-notify: being built\n');
process.exitCode = 2;
