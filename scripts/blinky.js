#!/usr/bin/env node
// Runs the TypeScript as it stands; the package for the Pi holds it compiled instead.
import { register } from 'tsx/esm/api';

register();
await import('../src/main.ts');
