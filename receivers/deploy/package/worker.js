// The thread of the SQLite ledger.
import './quiet-warnings.js';

await import('./ledger-thread.js');
