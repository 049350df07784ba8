import { homedir } from 'node:os';
import { join } from 'node:path';

/** Where large downloads are kept: `$XDG_CACHE_HOME/snnl-gpu` or `~/.cache/snnl-gpu`. */
export function defaultCache(): string {
  return join(process.env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'snnl-gpu');
}
