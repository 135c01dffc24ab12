// The lock file of the whole project stands above this folder; it is not this application's.
export default { turbopack: { root: import.meta.dirname } };
