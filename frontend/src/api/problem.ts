/** The six codes of the server, and "unreachable" when no answer came. */
export type ProblemCode =
  'invalid' | 'unauthorized' | 'forbidden' | 'not_found' | 'conflict' | 'internal' | 'unreachable';

/** A failed call, as screens explain it. */
export class Problem extends Error {
  readonly code: ProblemCode;
  readonly status: number;
  /** Name of the text on screen, when the server gives one. */
  readonly key: string | undefined;
  readonly params: Record<string, string>;
  /** The field that is wrong, as the server names it: "body.new". */
  readonly field: string | undefined;
  /** Milliseconds to wait before trying again; 0 when the server says nothing. */
  readonly retryAfter: number;

  constructor(init: {
    code: ProblemCode;
    status?: number;
    message?: string;
    key?: string;
    params?: Record<string, string>;
    field?: string;
    retryAfter?: number;
    cause?: unknown;
  }) {
    super(init.message ?? init.code, { cause: init.cause });
    this.name = 'Problem';
    this.code = init.code;
    this.status = init.status ?? 0;
    this.key = init.key;
    this.params = init.params ?? {};
    this.field = init.field;
    this.retryAfter = init.retryAfter ?? 0;
  }

  static unreachable(cause: unknown): Problem {
    return new Problem({ code: 'unreachable', message: 'the server did not answer', cause });
  }
}

const codes = new Set(['invalid', 'unauthorized', 'forbidden', 'not_found', 'conflict', 'internal']);

function codeOf(status: number): ProblemCode {
  if (status === 401) return 'unauthorized';
  if (status === 403) return 'forbidden';
  if (status === 404) return 'not_found';
  if (status === 409) return 'conflict';
  return status >= 400 && status < 500 ? 'invalid' : 'internal';
}

/** Retry-After in milliseconds: seconds or an HTTP date; 0 when absent or unreadable. */
export function retryAfter(header: string | null, now = Date.now()): number {
  if (!header) return 0;
  const seconds = Number(header);
  const wait = Number.isFinite(seconds) ? seconds * 1000 : Date.parse(header) - now;
  return Number.isFinite(wait) && wait > 0 ? wait : 0;
}

/** Reads problem details (RFC 9457), or makes do with the status. */
export function problemFrom(body: unknown, response: Response): Problem {
  const b = (typeof body === 'object' && body !== null ? body : {}) as {
    code?: string;
    detail?: string;
    key?: string;
    params?: Record<string, string>;
    errors?: { location?: string }[];
  };
  return new Problem({
    code: b.code && codes.has(b.code) ? (b.code as ProblemCode) : codeOf(response.status),
    status: response.status,
    message: b.detail,
    key: b.key,
    params: b.params,
    field: b.errors?.[0]?.location,
    retryAfter: retryAfter(response.headers.get('Retry-After')),
  });
}
