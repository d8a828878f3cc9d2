import type { NextFunction, Request, Response } from 'express';
import type { ClientAddress } from '../../base/client-address.ts';
import { sendProblem } from '../../base/problem.ts';
import type { LoginLimit } from './login-limit.ts';
import { type Role, roleOfSession, roleOfToken, SESSION_MS, sessionValue } from './session.ts';
import type { ConsoleTokens } from './tokens.ts';

const COOKIE = 'intelligems_console';

/** Where the console is mounted. */
export const CONSOLE_PATH = '/console';

export interface AccessServices {
  tokens: ConsoleTokens;
  limit: LoginLimit;
  addressOf: ClientAddress;
  /** The public URL of the settings; null where it is not known. */
  publicUrl: string | null;
  now(): number;
}

export type Login = { ok: true; role: Role } | { ok: false; waitSeconds: number };

/** Who may come in: tokens in exchange for a session, sessions in cookies, tokens in the header for programs. */
export function createAccess({ tokens, limit, addressOf, publicUrl, now }: AccessServices) {
  /** Checks a token, and counts wrong ones by the address they come from. */
  function login(token: string, request: Request): Login {
    const address = addressOf(request);
    const waitSeconds = limit.waitSeconds(address, now());
    if (waitSeconds > 0) {
      return { ok: false, waitSeconds };
    }
    const role = roleOfToken(token.trim(), tokens);
    if (role === null) {
      limit.failed(address, now());
      return { ok: false, waitSeconds: limit.waitSeconds(address, now()) };
    }
    limit.succeeded(address);
    return { ok: true, role };
  }

  function isSecure(request: Request): boolean {
    const forwarded = String(request.headers['x-forwarded-proto'] ?? '')
      .split(',')[0]
      ?.trim();
    const publicly = publicUrl?.startsWith('https:') && new URL(publicUrl).host === request.headers.host;
    return forwarded === 'https' || publicly === true;
  }

  function sessionRole(request: Request): Role | null {
    const cookie = cookieOf(request, COOKIE);
    return cookie === null ? null : roleOfSession(cookie, tokens, now());
  }

  return {
    login,

    /** Gives the browser a session. */
    begin(request: Request, response: Response, role: Role): void {
      response.cookie(COOKIE, sessionValue(role, now() + SESSION_MS, tokens), {
        httpOnly: true,
        sameSite: 'strict',
        secure: isSecure(request),
        path: CONSOLE_PATH,
        maxAge: SESSION_MS,
        encode: String,
      });
    },

    end(response: Response): void {
      response.clearCookie(COOKIE, { path: CONSOLE_PATH });
    },

    /** The role of a page's request; null without a session. */
    sessionRole,

    /** Lets a request through to the API: with a token in its header, or with a session from the console's own pages. */
    guardApi(request: Request, response: Response, next: NextFunction): void {
      const bearer = /^Bearer (.+)$/i.exec(request.headers.authorization ?? '')?.[1];
      if (bearer !== undefined) {
        const answer = login(bearer, request);
        if (!answer.ok) {
          refuseToken(response, answer.waitSeconds, 'The token is wrong');
          return;
        }
        response.locals.role = answer.role;
      } else {
        const role = sessionRole(request);
        if (role === null || (changes(request) && !isOwn(request, publicUrl))) {
          refuseToken(response, 0, 'A token is needed');
          return;
        }
        response.locals.role = role;
      }
      if (changes(request) && response.locals.role !== 'editor') {
        sendProblem(response, READ_ONLY);
        return;
      }
      next();
    },

    /** Whether a form was sent from the console's own pages. */
    isOwn: (request: Request): boolean => isOwn(request, publicUrl),
  };
}

export type Access = ReturnType<typeof createAccess>;

const READ_ONLY = {
  status: 403,
  title: 'For reading only',
  detail: 'This token may read only. Use the console’s main token to change something.',
};

function refuseToken(response: Response, waitSeconds: number, title: string): void {
  if (waitSeconds > 0) {
    sendProblem(
      response,
      {
        status: 429,
        title: 'Too many wrong tokens',
        detail: `They came from this address. Try again in ${waitSeconds} seconds. Behind a proxy all share one address unless TRUSTED_PROXIES tells how many there are.`,
      },
      { 'retry-after': String(waitSeconds) },
    );
    return;
  }
  sendProblem(
    response,
    {
      status: 401,
      title,
      detail:
        'Send the console’s token in the header: Authorization: Bearer …. It is CONSOLE_TOKEN, or in the file console-token of the data folder.',
    },
    { 'www-authenticate': 'Bearer' },
  );
}

/** Whether a request may change something. */
function changes({ method }: Request): boolean {
  return method !== 'GET' && method !== 'HEAD';
}

/**
 * Whether the browser says that the request comes from this site's own pages (Fetch Metadata; browsers leave
 * it out over plain http, where the Origin header has to fit).
 */
function isOwn(request: Request, publicUrl: string | null): boolean {
  const site = request.headers['sec-fetch-site'];
  if (site !== undefined) {
    return site === 'same-origin';
  }
  const { origin, host } = request.headers;
  if (origin === undefined || !URL.canParse(origin)) {
    return false;
  }
  return new URL(origin).host === host || (publicUrl !== null && new URL(publicUrl).origin === origin);
}

function cookieOf(request: Request, name: string): string | null {
  const cookies = (request.headers.cookie ?? '').split(';').map((cookie) => cookie.trim());
  const found = cookies.find((cookie) => cookie.startsWith(`${name}=`));
  return found === undefined ? null : found.slice(name.length + 1);
}
