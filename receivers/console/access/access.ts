import type { Request, RequestHandler, Response } from 'express';
import type { ClientAddress } from '../../base/client-address.ts';
import { sendProblem } from '../../base/problem.ts';
import type { ConsoleTokens } from '../../operations/console-tokens.ts';
import type { LoginLimit } from './login-limit.ts';
import { type Role, roleOfSession, roleOfToken, SESSION_MS, sessionValue } from './session.ts';

const COOKIE = 'intelligems_console';

/** The path where the console is mounted. */
export const CONSOLE_PATH = '/console';

export interface AccessServices {
  tokens: ConsoleTokens;
  limit: LoginLimit;
  addressOf: ClientAddress;
  /** The public URL of the settings; null if it is not set. */
  publicUrl: string | null;
  now(): number;
}

export type Login = { ok: true; role: Role } | { ok: false; waitSeconds: number };

/** Who has access: people exchange a token for a session in a cookie; programs send the token in a header. */
export function createAccess({ tokens, limit, addressOf, publicUrl, now }: AccessServices) {
  /** Checks a token, and counts wrong ones by client address. */
  function login(token: string, request: Request): Login {
    const address = addressOf(request);
    const waitSeconds = limit.waitSeconds(address);
    if (waitSeconds > 0) {
      return { ok: false, waitSeconds };
    }
    const role = roleOfToken(token.trim(), tokens);
    if (role === null) {
      limit.failed(address);
      return { ok: false, waitSeconds: limit.waitSeconds(address) };
    }
    limit.succeeded(address);
    return { ok: true, role };
  }

  function isSecure(request: Request): boolean {
    const forwarded = String(request.headers['x-forwarded-proto'] ?? '')
      .split(',')[0]
      ?.trim();
    return forwarded === 'https' || publicUrl?.startsWith('https:') === true;
  }

  function sessionRole(request: Request): Role | null {
    const cookie = cookieOf(request, COOKIE);
    return cookie === null ? null : roleOfSession(cookie, tokens, now());
  }

  return {
    login,

    /** Gives the browser a session. Its cookie is Secure if the request or PUBLIC_URL is https, whatever Host says. */
    begin(request: Request, response: Response, role: Role): void {
      response.cookie(COOKIE, sessionValue(role, now() + SESSION_MS, tokens), {
        httpOnly: true,
        sameSite: 'strict',
        secure: isSecure(request),
        path: `${response.locals.mountPath}${CONSOLE_PATH}`,
        maxAge: SESSION_MS,
        encode: String,
      });
    },

    end(response: Response): void {
      response.clearCookie(COOKIE, { path: `${response.locals.mountPath}${CONSOLE_PATH}` });
    },

    /** The role of a request for a page; null without a session. */
    sessionRole,

    /** Whether a form was sent from the console's own pages. */
    isOwn: (request: Request): boolean => isOwn(request, publicUrl),
  };
}

export type Access = ReturnType<typeof createAccess>;

/** Admits a request to the API: with a token in its header, or with a session from the console's own pages. */
export function guardApi(access: Access): RequestHandler {
  return (request, response, next) => {
    const bearer = /^Bearer (.+)$/i.exec(request.headers.authorization ?? '')?.[1];
    if (bearer !== undefined) {
      const answer = access.login(bearer, request);
      if (!answer.ok) {
        refuseToken(response, answer.waitSeconds, 'Wrong token');
        return;
      }
      response.locals.role = answer.role;
    } else {
      const role = access.sessionRole(request);
      if (role === null || (changes(request) && !access.isOwn(request))) {
        refuseToken(response, 0, 'Token required');
        return;
      }
      response.locals.role = role;
    }
    if (changes(request) && response.locals.role !== 'editor') {
      sendProblem(response, READ_ONLY);
      return;
    }
    next();
  };
}

const READ_ONLY = {
  status: 403,
  title: 'Read-only token',
  detail: 'This token can only read. Use the console’s main token to make changes.',
};

function refuseToken(response: Response, waitSeconds: number, title: string): void {
  if (waitSeconds > 0) {
    sendProblem(
      response,
      {
        status: 429,
        title: 'Too many wrong tokens',
        detail: `Too many wrong tokens came from your address. Try again in ${waitSeconds} seconds. Behind a proxy, everybody shares one address unless TRUSTED_PROXIES says how many proxies there are.`,
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
        'Send the console’s token in a header: Authorization: Bearer <token>. The token is CONSOLE_TOKEN, or is in the file console-token in the data folder.',
    },
    { 'www-authenticate': 'Bearer' },
  );
}

/** Whether a request may change something. */
function changes({ method }: Request): boolean {
  return method !== 'GET' && method !== 'HEAD';
}

/**
 * Whether the request comes from this site's own pages: by Fetch Metadata, or by the Origin header, because browsers
 * omit Fetch Metadata over plain http.
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
