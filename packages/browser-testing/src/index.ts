export { bundle, bundleQuickly } from './bundle';
export { launch } from './chromium';
export { ENGINES, type Engine, visitIn } from './engines';
export { serve } from './serve';
export { type Visit, visit } from './visit';
