/** What Ink gets for `string-width`, see `quicker` in build.mjs. */
export {quickWidth as default} from './widest-line.ts';
