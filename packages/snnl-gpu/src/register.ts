/** `import 'snnl-gpu/register'` registers the fused kernels of the backends at hand. */
import { register } from './register-all';

/** Await it before the first use of the loss. */
export const registered = register();
