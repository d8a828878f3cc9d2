// Node warns that these two are experimental. Every other warning is shown.
const EXPECTED = /^(SQLite|stripTypeScriptTypes) is an experimental feature/;
const emitWarning = process.emitWarning;

process.emitWarning = (warning, ...details) => {
  if (!EXPECTED.test(String(warning))) {
    emitWarning.call(process, warning, ...details);
  }
};
