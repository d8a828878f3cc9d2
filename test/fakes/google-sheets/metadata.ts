import { randomInt } from 'node:crypto';
import type { sheets_v4 } from '@googleapis/sheets';
import { type Document, sheetOf } from './document.ts';
import { invalid } from './errors.ts';
import { BLANK_ROW, type Metadata, setRow } from './sheet.ts';

/** In each sheet, and in the spreadsheet itself. https://developers.google.com/workspace/sheets/api/guides/metadata */
const METADATA_CHARACTERS = 30_000;

interface Placed {
  metadata: Metadata;
  location: sheets_v4.Schema$DeveloperMetadataLocation;
}

/** All developer metadata of the spreadsheet, each with its current place. */
function allMetadata(document: Document): Placed[] {
  const placed: Placed[] = document.metadata.map((metadata) => ({
    metadata,
    location: { locationType: 'SPREADSHEET', spreadsheet: true },
  }));
  for (const { sheetId, metadata, rows, columns } of document.sheets) {
    placed.push(
      ...metadata.map((each) => ({ metadata: each, location: { locationType: 'SHEET', sheetId } })),
    );
    for (const [dimension, lines] of [
      ['ROWS', rows],
      ['COLUMNS', columns],
    ] as const) {
      for (const [index, line] of lines.entries()) {
        for (const each of line.metadata) {
          const dimensionRange = { sheetId, dimension, startIndex: index, endIndex: index + 1 };
          const locationType = dimension === 'ROWS' ? 'ROW' : 'COLUMN';
          placed.push({ metadata: each, location: { locationType, dimensionRange } });
        }
      }
    }
  }
  return placed;
}

/** The metadata that a lookup matches, as the API shows it. */
export function findMetadata(
  document: Document,
  lookup: sheets_v4.Schema$DeveloperMetadataLookup,
): sheets_v4.Schema$DeveloperMetadata[] {
  return allMetadata(document)
    .filter(
      ({ metadata, location }) =>
        (lookup.metadataId == null || lookup.metadataId === metadata.metadataId) &&
        (lookup.metadataKey == null || lookup.metadataKey === metadata.metadataKey) &&
        (lookup.metadataValue == null || lookup.metadataValue === metadata.metadataValue) &&
        (lookup.visibility == null || lookup.visibility === metadata.visibility) &&
        (lookup.locationType == null || lookup.locationType === location.locationType),
    )
    .map(({ metadata, location }) => ({ ...metadata, location }));
}

/** Attaches metadata to a row, a column, a sheet or the spreadsheet. */
export function createMetadata(
  document: Document,
  wanted: sheets_v4.Schema$DeveloperMetadata | undefined,
  where: string,
): sheets_v4.Schema$DeveloperMetadata {
  const { metadataKey, location, visibility } = wanted ?? {};
  if (!metadataKey || !location || !visibility) {
    throw invalid(`Invalid ${where}: Must specify a metadata key, a location and a visibility.`);
  }
  const metadata: Metadata = {
    metadataId: wanted?.metadataId ?? randomInt(1, 2 ** 31),
    metadataKey,
    metadataValue: wanted?.metadataValue ?? undefined,
    visibility,
  };
  if (allMetadata(document).some((each) => each.metadata.metadataId === metadata.metadataId)) {
    throw invalid(`Invalid ${where}: Developer metadata with ID ${metadata.metadataId} already exists.`);
  }
  const range = location.dimensionRange;
  const sheetId = range?.sheetId ?? location.sheetId;
  const sheet = location.spreadsheet ? null : sheetOf(document, sheetId, where);
  if (sheet === null) {
    document.metadata.push(metadata);
  } else if (range == null) {
    sheet.metadata.push(metadata);
  } else {
    const { startIndex, endIndex, dimension } = range;
    const limit = dimension === 'ROWS' ? sheet.rowCount : sheet.columns.length;
    if (startIndex == null || endIndex !== startIndex + 1 || endIndex > limit) {
      throw invalid(`Invalid ${where}: Location must be a single row or column of the sheet.`);
    }
    if (dimension === 'ROWS') {
      const row = sheet.rows[startIndex] ?? BLANK_ROW;
      setRow(sheet, startIndex, { ...row, metadata: [...row.metadata, metadata] });
    } else {
      const column = sheet.columns[startIndex];
      sheet.columns[startIndex] = { ...column!, metadata: [...column!.metadata, metadata] };
    }
  }
  const used = allMetadata(document)
    .filter((each) => (each.location.dimensionRange?.sheetId ?? each.location.sheetId) === sheet?.sheetId)
    .reduce(
      (sum, each) => sum + each.metadata.metadataKey.length + (each.metadata.metadataValue?.length ?? 0),
      0,
    );
  if (used > METADATA_CHARACTERS) {
    throw invalid(`Invalid ${where}: This operation exceeds the developer metadata storage quota.`);
  }
  return { ...metadata, location };
}

/** Removes the metadata that a lookup matches; gives what was removed. */
export function deleteMetadata(
  document: Document,
  lookup: sheets_v4.Schema$DeveloperMetadataLookup,
): sheets_v4.Schema$DeveloperMetadata[] {
  const gone = findMetadata(document, lookup);
  const ids = new Set(gone.map(({ metadataId }) => metadataId));
  const kept = (list: readonly Metadata[]): Metadata[] =>
    list.filter(({ metadataId }) => !ids.has(metadataId));
  document.metadata = kept(document.metadata);
  for (const sheet of document.sheets) {
    sheet.metadata = kept(sheet.metadata);
    sheet.rows = sheet.rows.map((row) => ({ ...row, metadata: kept(row.metadata) }));
    sheet.columns = sheet.columns.map((column) => ({ ...column, metadata: kept(column.metadata) }));
  }
  return gone;
}
