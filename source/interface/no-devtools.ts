/** Stands in for `react-devtools-core` in the bundle: the program never connects to developer tools. */
export default {initialize() {}, connectToDevTools() {}};
