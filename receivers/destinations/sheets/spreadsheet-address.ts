import { z } from 'zod';

const ADVICE =
  'Write the spreadsheet’s ID, the part between /d/ and /edit of its address, or paste the whole address.';
const PUBLISHED =
  'This is the address of a published copy, which cannot be written to. Open the spreadsheet itself and copy the address from the browser.';

/**
 * A spreadsheet's ID, taken from what people paste: the ID, or an address in its forms, such as
 * docs.google.com/spreadsheets/u/1/d/ID/edit?gid=0#gid=0, /a/example.com/spreadsheets/d/ID, or Drive's open?id=ID.
 */
export const spreadsheetId = z
  .string({ error: ADVICE })
  .transform((text, context) => {
    const pasted = text.replaceAll(/[\s\p{Cf}<>"'“”]+/gu, '');
    if (/\/d\/e\//.test(pasted)) {
      context.addIssue({ code: 'custom', message: PUBLISHED });
      return z.NEVER;
    }
    const id = /\/d\/([\w-]+)/.exec(pasted)?.[1] ?? /[?&](?:id|key)=([\w-]+)/.exec(pasted)?.[1];
    return id ?? (/\s/.test(text.trim()) && !pasted.includes('/') ? text.trim() : pasted);
  })
  .pipe(z.string().regex(/^[\w-]{5,}$/, ADVICE));
