/** The little of a session that says whose things these are. */
export interface Holding {
  officer: { id: number };
  /** Set while the officer stands in for another. */
  stand_in_id?: number | undefined;
}

/**
 * Whose things are kept and sent: an officer, and apart from these what the
 * officer does in another's place. Both numbers are far below 2^26.
 */
export function holderOf(session: Holding): number {
  return session.officer.id + (session.stand_in_id ?? 0) * 2 ** 26;
}
