import type { Options } from './options';
export async function doctor(_: Options): Promise<number> {
  return 0;
}
