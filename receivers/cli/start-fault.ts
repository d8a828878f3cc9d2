import { existsSync, lstatSync, readlinkSync } from 'node:fs';
import { resolve, sep } from 'node:path';
import type { Configuration } from '../config/configuration.ts';

/** Why a receiver cannot start, in words, and what to do. */
export function startFault(error: NodeJS.ErrnoException, { server, storage }: Configuration): string {
  const { code, syscall, path } = error;
  if (syscall === 'listen' || syscall === 'getaddrinfo') {
    return listenFault(code, server) ?? error.message;
  }
  const folder = storage.dataFolder;
  // A write to a file that is open names no path; nothing but the data folder is written at start.
  const place = path ?? (syscall === 'write' ? folder : undefined);
  if (place === undefined || !(isInside(place, folder) || isInside(folder, place))) {
    return error.message;
  }
  const target = missingTarget(place);
  const fault =
    target === null
      ? (FOLDER_FAULTS[code ?? ''] ?? `cannot be used (${error.message}). Set DATA_DIR to another folder.`)
      : `cannot be made: the link ${place} leads to ${target}, where there is nothing. Mount the disk that is to be there, or set DATA_DIR to another folder.`;
  return `the data folder ${folder} ${fault}`;
}

/** Where a link leads that leads to nothing; null for everything else. */
function missingTarget(path: string): string | null {
  const isLink = lstatSync(path, { throwIfNoEntry: false })?.isSymbolicLink() === true;
  return isLink && !existsSync(path) ? readlinkSync(path) : null;
}

function isInside(path: string, folder: string): boolean {
  return `${resolve(path)}${sep}`.startsWith(`${resolve(folder)}${sep}`);
}

function listenFault(code: string | undefined, { host, port }: Configuration['server']): string | undefined {
  const faults: Record<string, string> = {
    EADDRINUSE: `port ${port} is taken by another program. Stop that one, or set PORT to a free one.`,
    EACCES: `port ${port} may not be opened by this user. Set PORT to one above 1023.`,
    EADDRNOTAVAIL: `this machine has no address ${host}. Set HOST to one that it has, or to 0.0.0.0 for all of them.`,
    ENOTFOUND: `nobody knows the address of ${host}. Set HOST to an address of this machine, or to 0.0.0.0 for all of them.`,
  };
  return faults[code ?? ''];
}

const NOT_WRITABLE =
  'may not be written by this user. Give it the right, or set DATA_DIR to a folder that it may write.';
const NO_FOLDER = 'is a file, or lies in one. Set DATA_DIR to a folder.';

const FOLDER_FAULTS: Readonly<Record<string, string>> = {
  ENOENT: 'cannot be made there. Set DATA_DIR to another folder.',
  EEXIST: NO_FOLDER,
  ENOTDIR: NO_FOLDER,
  EACCES: NOT_WRITABLE,
  EPERM: NOT_WRITABLE,
  EROFS: 'is on a disk that is read-only. Mount it writable, or set DATA_DIR to another folder.',
  ENOSPC: 'is on a disk that is full. Make room, and start again.',
};
