export { bundle } from './bundle';
export { launch } from './chromium';
export { serve } from './serve';
export { type Visit, visit } from './visit';
