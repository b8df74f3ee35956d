import type { Disposition } from '../../api/types.ts';

/** The links of a chain with how deep each lies; a link whose whole is not seen is a first one. */
export function chainDepths(chain: readonly Disposition[]): { order: Disposition; depth: number }[] {
  const depths = new Map<number, number>();
  return chain.map((order) => {
    const above = order.parent_id ? depths.get(order.parent_id) : undefined;
    const depth = above === undefined ? 0 : above + 1;
    depths.set(order.id, depth);
    return { order, depth };
  });
}
