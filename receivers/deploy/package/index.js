// What the package exports besides its command.
import './quiet-warnings.js';

export const { createReceiver } = await import('./create-receiver.js');
