import { fileURLToPath } from 'node:url';

/** The repository, with a slash at the end. */
export const ROOT = fileURLToPath(new URL('../../', import.meta.url));

/** Where the site is built. */
export const SITE = `${ROOT}docs-site`;
