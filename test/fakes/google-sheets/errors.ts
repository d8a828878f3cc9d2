/** An error as Google's APIs answer it. https://cloud.google.com/apis/design/errors */
export class ApiError extends Error {
  readonly code: number;
  readonly status: string;
  readonly details: object[];

  constructor(code: number, status: string, message: string, details: object[] = []) {
    super(message);
    this.code = code;
    this.status = status;
    this.details = details;
  }

  /** The body of the answer. */
  get body(): object {
    const details = this.details.length === 0 ? {} : { details: this.details };
    return { error: { code: this.code, message: this.message, status: this.status, ...details } };
  }
}

export function invalid(message: string): ApiError {
  return new ApiError(400, 'INVALID_ARGUMENT', message);
}

export const NOT_FOUND = new ApiError(404, 'NOT_FOUND', 'Requested entity was not found.');

export const NO_PERMISSION = new ApiError(403, 'PERMISSION_DENIED', 'The caller does not have permission');

export const UNAUTHENTICATED = new ApiError(
  401,
  'UNAUTHENTICATED',
  'Request had invalid authentication credentials. Expected OAuth 2 access token, login cookie or other ' +
    'valid authentication credential.',
);

/** For an Excel workbook: https://github.com/theoephraim/node-google-spreadsheet/issues/651 */
export const NOT_SUPPORTED = new ApiError(
  400,
  'FAILED_PRECONDITION',
  'This operation is not supported for this document',
);

/** The API is off in the project: https://github.com/home-assistant/core/issues/79744 */
export const SERVICE_DISABLED = new ApiError(
  403,
  'PERMISSION_DENIED',
  'Google Sheets API has not been used in project 1 before or it is disabled. Enable it by visiting https://console.developers.google.com/apis/api/sheets.googleapis.com/overview?project=1 then retry. If you enabled this API recently, wait a few minutes for the action to propagate to our systems and retry.',
  [
    {
      '@type': 'type.googleapis.com/google.rpc.ErrorInfo',
      reason: 'SERVICE_DISABLED',
      domain: 'googleapis.com',
      metadata: {
        service: 'sheets.googleapis.com',
        activationUrl:
          'https://console.developers.google.com/apis/api/sheets.googleapis.com/overview?project=1',
      },
    },
  ],
);

/** The answer to a call beyond the quota of its kind. */
export function quotaExceeded(kind: 'Read' | 'Write', perMinute: number): ApiError {
  const limit = `${kind} requests per minute per user`;
  return new ApiError(
    429,
    'RESOURCE_EXHAUSTED',
    `Quota exceeded for quota metric '${kind} requests' and limit '${limit}' of service ` +
      "'sheets.googleapis.com' for consumer 'project_number:1'.",
    [
      {
        '@type': 'type.googleapis.com/google.rpc.ErrorInfo',
        reason: 'RATE_LIMIT_EXCEEDED',
        domain: 'googleapis.com',
        metadata: { quota_limit: `${kind}RequestsPerMinutePerUser`, quota_limit_value: String(perMinute) },
      },
    ],
  );
}
