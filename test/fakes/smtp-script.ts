import { once } from 'node:events';
import { type AddressInfo, createServer, type Socket } from 'node:net';

/** The steps of an SMTP session, in their order; `STAR` is STARTTLS, `text` is the first of the mail's text, `dot` its end. */
export type SmtpScriptStep =
  | 'greeting'
  | 'EHLO'
  | 'STAR'
  | 'AUTH'
  | 'MAIL'
  | 'RCPT'
  | 'DATA'
  | 'text'
  | 'dot';

/** What the server does at a step: these words (without the line end), nothing at all, or something of its own. */
export type SmtpAnswer = string | null | ((socket: Socket) => void);

export interface ScriptedSmtp {
  url: string;
  /** The steps that clients came to. */
  seen: SmtpScriptStep[];
  /** Their commands, word for word. */
  commands: string[];
  close(): Promise<void>;
}

const PROPER: Record<SmtpScriptStep, SmtpAnswer> = {
  greeting: '220 mail.example ESMTP',
  EHLO: '250-mail.example\r\n250-AUTH PLAIN\r\n250 ENHANCEDSTATUSCODES',
  STAR: '502 5.5.1 Not implemented',
  AUTH: '235 2.7.0 Authentication successful',
  MAIL: '250 2.1.0 Ok',
  RCPT: '250 2.1.5 Ok',
  DATA: '354 End data with <CR><LF>.<CR><LF>',
  text: () => {},
  dot: '250 2.0.0 Ok: queued',
};

/** A mail server that says, or fails to say, anything at any step: what a well-behaved server library never does. */
export async function startScriptedSmtp(
  answers: Partial<Record<SmtpScriptStep, SmtpAnswer>> = {},
): Promise<ScriptedSmtp> {
  const seen: SmtpScriptStep[] = [];
  const commands: string[] = [];
  const sockets = new Set<Socket>();
  const takesText = typeof answers.DATA !== 'string' || answers.DATA.startsWith('354');
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => {}).on('close', () => sockets.delete(socket));
    let inText = false;
    let buffered = '';
    const come = (step: SmtpScriptStep): void => {
      seen.push(step);
      const answer = answers[step] === undefined ? PROPER[step] : answers[step];
      if (typeof answer === 'string') {
        socket.write(`${answer}\r\n`);
      } else {
        answer?.(socket);
      }
    };
    come('greeting');
    socket.on('data', (chunk) => {
      buffered += chunk.toString('latin1');
      if (inText) {
        if (!seen.includes('text')) {
          come('text');
        }
        if (buffered.endsWith('\r\n.\r\n')) {
          inText = false;
          buffered = '';
          come('dot');
        }
        return;
      }
      for (let end = buffered.indexOf('\r\n'); end >= 0 && !inText; end = buffered.indexOf('\r\n')) {
        const verb = buffered.slice(0, 4).toUpperCase();
        commands.push(buffered.slice(0, end));
        buffered = buffered.slice(end + 2);
        if (verb === 'QUIT') {
          socket.end('221 2.0.0 Bye\r\n');
        } else if (verb === 'RSET') {
          socket.write('250 2.0.0 Ok\r\n');
        } else {
          inText = verb === 'DATA' && takesText;
          come(verb as SmtpScriptStep);
        }
      }
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    url: `smtp://127.0.0.1:${port}`,
    seen,
    commands,
    close: async () => {
      for (const socket of sockets) {
        socket.destroy();
      }
      server.close();
      await once(server, 'close');
    },
  };
}
