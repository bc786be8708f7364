#!/usr/bin/env node
// Runs the TypeScript directly; the package for the Pi has it compiled.
import { register } from 'tsx/esm/api';

register();
await import('../src/main.ts');
