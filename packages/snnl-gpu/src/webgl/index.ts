export { registerWebgl } from './register';
